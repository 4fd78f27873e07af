# The sizes of layers, model, memory, /tmp and environment variables that Lambda takes.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "layers_of_unknown_size_are_taken" {
  command = plan

  variables {
    layers = [
      { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 262104000 },
      { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:3" },
    ]
  }

  assert {
    condition     = local.unzipped_bytes == 262144000
    error_message = "What is known just fits; what is not known counts nothing."
  }
}

run "layer_and_function_over_the_limit" {
  command = plan

  variables {
    layers = [{ arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 262104001 }]
  }

  expect_failures = [aws_lambda_function.this]
}

run "the_size_check_says_what_is_how_big" {
  command = plan

  variables {
    package = {
      bucket         = "churn-1"
      key            = "function/e3b0.zip"
      sha256_base64  = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
      unzipped_bytes = 13302113
    }
    layers = [{ arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 200000000 }]
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 13100000
      file   = "model.pkl"
    }
  }

  assert {
    condition     = "${local.messages.unzipped}\n" == <<-EOT
      The layers and the function are too large for Lambda. Unzipped, they have 213,302,113 bytes, and the limit is 262,144,000 bytes.
      The layers have 200,000,000 bytes, and the function has 13,302,113 bytes, of which the model has 13,100,000.
      Remove packages from the requirements and run: invoke build-layer --requirements FILE. Or set mode = "s3", which leaves the model out of the deployment package.
    EOT
    error_message = "Sizes of the parts, and a way out."
  }
}

run "a_sixth_layer" {
  command = plan

  variables {
    layers = [for number in range(6) : { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}" }]
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_over_tmp" {
  command = plan

  variables {
    memory_size = 1024
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 536870913
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_over_tmp_that_memory_holds_twice" {
  command = plan

  variables {
    memory_size = 3008
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 536870913
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  assert {
    condition     = aws_lambda_function.this.ephemeral_storage[0].size == 512
    error_message = "It is fetched into memory, and /tmp is not asked for."
  }
}

run "a_model_over_memory" {
  command = plan

  variables {
    memory_size = 128
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 134217729
      file   = "model.pkl"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_over_all_that_lambda_has" {
  command = plan

  variables {
    memory_size            = 10240
    ephemeral_storage_size = 10240
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 10737418241
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "advice_stays_within_what_lambda_has" {
  command = plan

  variables {
    memory_size            = 10240
    ephemeral_storage_size = 10240
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 10737418240
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  assert {
    condition = local.advice == {
      ephemeral_storage = "Set ephemeral_storage_size = 10240."
      memory            = "Set memory_size = 10240."
    }
    error_message = "The most that Lambda has, for a model that just fits."
  }
}

run "environment_variables_over_the_limit" {
  command = plan

  variables {
    environment = { LONG = format("%04000d", 0) }
  }

  expect_failures = [aws_lambda_function.this]
}
