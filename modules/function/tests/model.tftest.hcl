# Where the handler finds the model, and which models are refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "a_followed_model_is_not_pinned" {
  variables {
    model = {
      follow = true
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_FOLLOW  = "true"
      MODEL_FORMAT  = "pickle"
      MODEL_BUCKET  = "models"
      MODEL_KEY     = "churn/model.pkl"
      MODEL_TIMEOUT = "60"
    })
    error_message = "Neither digest nor version: the handler looks them up with each new object."
  }
}

run "a_bundled_model_cannot_be_followed" {
  command = plan

  variables {
    model = { follow = true, file = "model.pkl" }
  }

  expect_failures = [var.model]
}

run "the_handler_is_told_of_a_model_in_s3" {
  variables {
    environment = { LOG_LEVEL = "DEBUG" }
    timeout     = 17
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      LOG_LEVEL             = "DEBUG"
      MODEL_SHA256          = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT          = "pickle"
      MODEL_SKLEARN_VERSION = "1.7.2"
      MODEL_BUCKET          = "models"
      MODEL_KEY             = "churn/model.pkl"
      MODEL_VERSION_ID      = "v9"
      MODEL_TIMEOUT         = "17"
    })
    error_message = "The environment is the contract with lambda/handler.py, and the user's own."
  }
}

run "what_is_not_known_of_the_model_is_left_out" {
  variables {
    model = {
      sha256 = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
      format = "joblib"
      bucket = "models"
      key    = "churn/model.joblib"
    }
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_SHA256  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT  = "joblib"
      MODEL_BUCKET  = "models"
      MODEL_KEY     = "churn/model.joblib"
      MODEL_TIMEOUT = "60"
    })
    error_message = "No variable is empty, and the digest is as Python writes it."
  }
}

run "a_model_in_the_zip_needs_no_access_to_s3" {
  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      file   = "model.pkl"
    }
  }

  assert {
    condition     = length(aws_iam_role_policy.model) == 0
    error_message = "It may write its logs, and nothing else."
  }
  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_SHA256  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT  = "pickle"
      MODEL_FILE    = "model.pkl"
      MODEL_TIMEOUT = "60"
    })
    error_message = "The handler is told the file's name."
  }
}

run "a_model_that_is_nowhere" {
  command = plan

  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_real_sha256" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }

  expect_failures = [var.model]
}

run "a_model_of_unknown_format" {
  command = plan

  variables {
    model = {
      bucket = "models"
      key    = "model.pkl"
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      format = "onnx"
    }
  }

  expect_failures = [var.model]
}

run "a_model_key_with_a_wildcard" {
  command = plan

  variables {
    model = { bucket = "models", key = "churn/*", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
  }

  expect_failures = [var.model]
}

run "a_model_key_with_a_policy_variable" {
  command = plan

  variables {
    model = {
      bucket = "models"
      key    = "churn/$${aws:username}"
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_bucket" {
  command = plan

  variables {
    model = {
      bucket = ""
      key    = "model.pkl"
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_key" {
  command = plan

  variables {
    model = {
      bucket = "models"
      key    = ""
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_of_an_empty_version" {
  command = plan

  variables {
    model = {
      bucket     = "models"
      key        = "model.pkl"
      version_id = ""
      sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_of_no_bytes" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", bytes = 0 }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_digest_that_is_not_followed" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl" }
  }

  expect_failures = [var.model]
}

run "a_model_that_is_followed_and_pinned" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl", follow = true, version_id = "v1" }
  }

  expect_failures = [var.model]
}

run "a_prefix_that_is_not_of_the_model" {
  command = plan

  variables {
    model = { bucket = "models", key = "churn/model.pkl", follow = true, read_prefix = "fraud/" }
  }

  expect_failures = [var.model]
}
