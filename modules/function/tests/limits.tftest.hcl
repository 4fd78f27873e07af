# The limits of Lambda for layers, the size of the model, memory, ephemeral storage, and environment variables.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "layers_of_unknown_size_count_as_zero_bytes" {
  command = plan

  variables {
    layers = [
      { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 262104000 },
      { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:3" },
    ]
  }

  assert {
    condition     = local.unzipped_bytes == 262144000
    error_message = "Layers of unknown size must count as zero bytes, so that the total is exactly the limit."
  }
}

run "layers_and_function_above_the_size_limit_are_refused" {
  command = plan

  variables {
    layers = [{ arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 262104001 }]
  }

  expect_failures = [aws_lambda_function.this]
}

run "the_message_for_the_size_limit_contains_the_sizes_of_the_parts" {
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
    error_message = "The message must contain the size of each part and how to fix the error."
  }
}

run "six_layers_are_refused" {
  command = plan

  variables {
    layers = [for number in range(6) : { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}" }]
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_that_fits_neither_tmp_nor_memory_twice_is_refused" {
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

run "a_model_above_tmp_is_accepted_if_memory_can_hold_it_twice" {
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
    error_message = "The plan must succeed with the default ephemeral storage, because the handler downloads the model into memory."
  }
}

run "a_model_above_the_memory_is_refused" {
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

run "a_model_above_the_limits_of_lambda_is_refused" {
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

run "the_recommended_sizes_stay_within_the_limits_of_lambda" {
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
    error_message = "The recommended sizes must not exceed the limits of Lambda."
  }
}

run "environment_variables_above_the_size_limit_are_refused" {
  command = plan

  variables {
    environment = { LONG = format("%04000d", 0) }
  }

  expect_failures = [aws_lambda_function.this]
}
