# Every wrong value is refused at plan, in words.

mock_provider "aws" {}

variables {
  artifacts_dir = "tests/fixtures/artifacts/complete"
}

run "values_at_their_edges_are_taken" {
  command = plan

  variables {
    name                   = "a234567890123456789012345678901234567890123456789012345678901234"
    memory_size            = 10240
    timeout                = 900
    ephemeral_storage_size = 10240
    layers                 = [for number in range(4) : "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:tracing:${number + 1}"]
    environment            = { LOG_LEVEL = "DEBUG" }
    log_retention_days     = 0
    tags                   = { for number in range(50) : "tag-${number}" => "x" }
    warm = {
      schedules = ["rate(1 hour)", "rate(10 minutes)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0 6 L * ? 2027-2029)"]
      input     = "{}"
    }
  }
}

run "a_name_that_starts_with_a_hyphen" {
  command = plan

  variables {
    name = "-churn"
  }

  expect_failures = [var.name]
}

run "a_name_of_65_characters" {
  command = plan

  variables {
    name = "a2345678901234567890123456789012345678901234567890123456789012345"
  }

  expect_failures = [var.name]
}

run "a_mode_that_does_not_exist" {
  command = plan

  variables {
    mode = "image"
  }

  expect_failures = [var.mode]
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

run "too_little_memory" {
  command = plan

  variables {
    memory_size = 127
  }

  expect_failures = [var.memory_size]
}

run "too_much_memory" {
  command = plan

  variables {
    memory_size = 10241
  }

  expect_failures = [var.memory_size]
}

run "half_a_megabyte_of_memory" {
  command = plan

  variables {
    memory_size = 128.5
  }

  expect_failures = [var.memory_size]
}

run "no_time" {
  command = plan

  variables {
    timeout = 0
  }

  expect_failures = [var.timeout]
}

run "too_much_time" {
  command = plan

  variables {
    timeout = 901
  }

  expect_failures = [var.timeout]
}

run "too_little_tmp" {
  command = plan

  variables {
    ephemeral_storage_size = 511
  }

  expect_failures = [var.ephemeral_storage_size]
}

run "too_much_tmp" {
  command = plan

  variables {
    ephemeral_storage_size = 10241
  }

  expect_failures = [var.ephemeral_storage_size]
}

run "five_further_layers" {
  command = plan

  variables {
    layers = [for number in range(5) : "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}"]
  }

  expect_failures = [var.layers]
}

run "a_layer_without_version" {
  command = plan

  variables {
    layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:tracing"]
  }

  expect_failures = [var.layers]
}

run "an_environment_name_with_a_hyphen" {
  command = plan

  variables {
    environment = { LOG-LEVEL = "DEBUG" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_of_the_handler" {
  command = plan

  variables {
    environment = { MODEL_KEY = "another" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_of_aws" {
  command = plan

  variables {
    environment = { AWS_REGION = "eu-central-1" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_of_lambda" {
  command = plan

  variables {
    environment = { LAMBDA_TASK_ROOT = "/tmp" }
  }

  expect_failures = [var.environment]
}

run "environment_names_that_lambda_leaves_to_users" {
  command = plan

  variables {
    environment = { AWS_LAMBDA_EXEC_WRAPPER = "/opt/otel-instrument", LAMBDA_MODEL_EAGER = "1" }
  }
}

run "warm_without_a_schedule" {
  command = plan

  variables {
    warm = { schedules = [] }
  }

  expect_failures = [var.warm]
}

run "a_schedule_that_is_null" {
  command = plan

  variables {
    warm = { schedules = [null] }
  }

  expect_failures = [var.warm]
}

run "a_rate_in_the_singular" {
  command = plan

  variables {
    warm = { schedules = ["rate(5 minute)"] }
  }

  expect_failures = [var.warm]
}

run "a_rate_in_the_plural" {
  command = plan

  variables {
    warm = { schedules = ["rate(1 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_rate_of_nothing" {
  command = plan

  variables {
    warm = { schedules = ["rate(0 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_of_five_fields" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 * * MON-FRI)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_with_both_days" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 * * MON-FRI *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_with_neither_day" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 ? * ? *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_with_an_empty_field" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5  ? * MON-FRI *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_that_does_not_end" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 ? * MON-FRI *"] }
  }

  expect_failures = [var.warm]
}

run "a_schedule_that_is_neither" {
  command = plan

  variables {
    warm = { schedules = ["every 5 minutes"] }
  }

  expect_failures = [var.warm]
}

run "a_ping_that_is_not_json" {
  command = plan

  variables {
    warm = { input = "{warmer: true}" }
  }

  expect_failures = [var.warm]
}

run "a_retention_that_cloudwatch_does_not_have" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:owner" = "me" }
  }

  expect_failures = [var.tags]
}
