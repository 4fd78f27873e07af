# Values that the validations of the root module accept or refuse. The tests of the submodules test the validations of the submodules.

mock_provider "aws" {}

variables {
  artifacts_dir = "tests/fixtures/artifacts/complete"
}

run "values_at_the_limits_are_accepted" {
  command = plan

  variables {
    name                   = "a234567890123456789012345678901234567890123456789012345678901234"
    memory_size            = 10240
    timeout                = 900
    ephemeral_storage_size = 10240
    layers                 = [for number in range(4) : "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:tracing:${number + 1}"]
    environment            = { LOG_LEVEL = "DEBUG" }
    logging                = { retention_days = 0 }
    tags                   = { for number in range(50) : "tag-${number}" => "x" }
    warm = {
      schedules   = ["rate(1 hour)", "rate(10 minutes)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0 6 L * ? 2027-2029)"]
      timezone    = "America/Argentina/Buenos_Aires"
      concurrency = 3
    }
  }
}

run "a_name_that_starts_with_a_hyphen_is_refused" {
  command = plan

  variables {
    name = "-churn"
  }

  expect_failures = [var.name]
}

run "a_name_of_65_characters_is_refused" {
  command = plan

  variables {
    name = "a2345678901234567890123456789012345678901234567890123456789012345"
  }

  expect_failures = [var.name]
}

run "memory_below_128_mb_is_refused" {
  command = plan

  variables {
    memory_size = 127
  }

  expect_failures = [var.memory_size]
}

run "memory_above_10240_mb_is_refused" {
  command = plan

  variables {
    memory_size = 10241
  }

  expect_failures = [var.memory_size]
}

run "memory_that_is_not_a_whole_number_is_refused" {
  command = plan

  variables {
    memory_size = 128.5
  }

  expect_failures = [var.memory_size]
}

run "a_timeout_of_0_seconds_is_refused" {
  command = plan

  variables {
    timeout = 0
  }

  expect_failures = [var.timeout]
}

run "a_timeout_above_900_seconds_is_refused" {
  command = plan

  variables {
    timeout = 901
  }

  expect_failures = [var.timeout]
}

run "ephemeral_storage_below_512_mb_is_refused" {
  command = plan

  variables {
    ephemeral_storage_size = 511
  }

  expect_failures = [var.ephemeral_storage_size]
}

run "ephemeral_storage_above_10240_mb_is_refused" {
  command = plan

  variables {
    ephemeral_storage_size = 10241
  }

  expect_failures = [var.ephemeral_storage_size]
}

run "five_additional_layers_are_refused" {
  command = plan

  variables {
    layers = [for number in range(5) : "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}"]
  }

  expect_failures = [var.layers]
}

run "a_layer_arn_without_a_version_is_refused" {
  command = plan

  variables {
    layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:tracing"]
  }

  expect_failures = [var.layers]
}

run "environment_names_that_lambda_does_not_reserve_are_accepted" {
  command = plan

  variables {
    environment = { AWS_LAMBDA_EXEC_WRAPPER = "/opt/otel-instrument", LAMBDA_MODEL_EAGER = "1" }
  }
}

run "a_tag_key_that_starts_with_aws_is_refused" {
  command = plan

  variables {
    tags = { "aws:owner" = "me" }
  }

  expect_failures = [var.tags]
}

run "dependencies_without_a_layer_are_refused" {
  command = plan

  variables {
    dependencies = { layer_arns = [] }
  }

  expect_failures = [var.dependencies]
}

run "dependencies_without_a_layer_version_are_refused" {
  command = plan

  variables {
    dependencies = { layer_arns = ["arn:aws:lambda:eu-central-1:123456789012:layer:sklearn"] }
  }

  expect_failures = [var.dependencies]
}

run "more_than_five_layers_including_dependencies_are_refused" {
  command = plan

  variables {
    dependencies = { layer_arns = [for number in range(2) : "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:${number + 1}"] }
    layers       = [for number in range(4) : "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}"]
  }

  expect_failures = [var.layers]
}

run "reserved_concurrency_that_is_not_a_whole_number_is_refused" {
  command = plan

  variables {
    reserved_concurrency = 0.5
  }

  expect_failures = [var.reserved_concurrency]
}

run "more_warm_environments_than_reserved_concurrency_are_refused" {
  command = plan

  variables {
    reserved_concurrency = 2
    warm                 = { concurrency = 3 }
  }

  expect_failures = [var.warm]
}

run "a_canary_with_provisioned_concurrency_is_refused" {
  command = plan

  variables {
    live_version = "3"
    canary       = { weight = 0.1 }
    warm         = { strategy = "provisioned" }
  }

  expect_failures = [var.canary]
}

run "a_batch_max_concurrency_above_reserved_concurrency_is_refused" {
  command = plan

  variables {
    reserved_concurrency = 5
    batch                = { input = { bucket = "data", prefix = "in/" }, output = { bucket = "data" } }
  }

  expect_failures = [var.batch]
}

run "a_dashboard_without_metrics_is_refused" {
  command = plan

  variables {
    metrics   = false
    dashboard = true
  }

  expect_failures = [var.dashboard]
}

run "alarms_without_metrics_are_refused" {
  command = plan

  variables {
    alarms  = {}
    metrics = false
  }

  expect_failures = [var.alarms]
}
