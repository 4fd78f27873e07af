# The environment variables that tell the handler where the model is, and the models that are refused.

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
    error_message = "The environment must contain neither a digest nor a version, because the handler reads them from each new version of the object."
  }
}

run "a_model_in_the_package_cannot_be_followed" {
  command = plan

  variables {
    model = { follow = true, file = "model.pkl" }
  }

  expect_failures = [var.model]
}

run "environment_variables_describe_a_model_in_s3" {
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
    error_message = "The environment must contain the variables that lambda/handler.py reads and the variables of the caller."
  }
}

run "unknown_fields_of_the_model_have_no_environment_variable" {
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
    error_message = "No variable may be empty, and the digest must be in lowercase."
  }
}

run "a_model_in_the_package_needs_no_access_to_s3" {
  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      file   = "model.pkl"
    }
  }

  assert {
    condition     = length(aws_iam_role_policy.model) == 0
    error_message = "There must be no policy for reading a model."
  }
  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_SHA256  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT  = "pickle"
      MODEL_FILE    = "model.pkl"
      MODEL_TIMEOUT = "60"
    })
    error_message = "The environment must contain the name of the file."
  }
}

run "a_model_without_a_bucket_or_a_file_is_refused" {
  command = plan

  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_digest_that_is_not_hexadecimal_is_refused" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }

  expect_failures = [var.model]
}

run "an_unknown_format_is_refused" {
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

run "a_key_with_a_wildcard_is_refused" {
  command = plan

  variables {
    model = { bucket = "models", key = "churn/*", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
  }

  expect_failures = [var.model]
}

run "a_key_with_a_policy_variable_is_refused" {
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

run "an_empty_bucket_is_refused" {
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

run "an_empty_key_is_refused" {
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

run "an_empty_version_id_is_refused" {
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

run "a_model_of_0_bytes_is_refused" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", bytes = 0 }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_digest_is_refused_unless_it_is_followed" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl" }
  }

  expect_failures = [var.model]
}

run "a_followed_model_with_a_version_id_is_refused" {
  command = plan

  variables {
    model = { bucket = "models", key = "model.pkl", follow = true, version_id = "v1" }
  }

  expect_failures = [var.model]
}

run "a_read_prefix_that_does_not_match_the_key_is_refused" {
  command = plan

  variables {
    model = { bucket = "models", key = "churn/model.pkl", follow = true, read_prefix = "fraud/" }
  }

  expect_failures = [var.model]
}
