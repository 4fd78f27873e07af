# The root module refuses wrong values of its own variables. The tests of the submodules contain the values that these refuse.

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
    logging                = { retention_days = 0 }
    tags                   = { for number in range(50) : "tag-${number}" => "x" }
    warm = {
      schedules   = ["rate(1 hour)", "rate(10 minutes)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0 6 L * ? 2027-2029)"]
      timezone    = "America/Argentina/Buenos_Aires"
      concurrency = 3
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

run "environment_names_that_lambda_leaves_to_users" {
  command = plan

  variables {
    environment = { AWS_LAMBDA_EXEC_WRAPPER = "/opt/otel-instrument", LAMBDA_MODEL_EAGER = "1" }
  }
}

run "a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:owner" = "me" }
  }

  expect_failures = [var.tags]
}

run "dependencies_without_a_layer" {
  command = plan

  variables {
    dependencies = { layer_arns = [] }
  }

  expect_failures = [var.dependencies]
}

run "dependencies_without_a_version" {
  command = plan

  variables {
    dependencies = { layer_arns = ["arn:aws:lambda:eu-central-1:123456789012:layer:sklearn"] }
  }

  expect_failures = [var.dependencies]
}

run "four_layers_beside_two_of_dependencies" {
  command = plan

  variables {
    dependencies = { layer_arns = [for number in range(2) : "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:${number + 1}"] }
    layers       = [for number in range(4) : "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}"]
  }

  expect_failures = [var.layers]
}

run "half_a_reservation" {
  command = plan

  variables {
    reserved_concurrency = 0.5
  }

  expect_failures = [var.reserved_concurrency]
}

run "more_warm_environments_than_reserved" {
  command = plan

  variables {
    reserved_concurrency = 2
    warm                 = { concurrency = 3 }
  }

  expect_failures = [var.warm]
}

run "a_canary_with_provisioned_concurrency" {
  command = plan

  variables {
    live_version = "3"
    canary       = { weight = 0.1 }
    warm         = { strategy = "provisioned" }
  }

  expect_failures = [var.canary]
}

run "more_batches_than_the_function_takes" {
  command = plan

  variables {
    reserved_concurrency = 5
    batch                = { input = { bucket = "data", prefix = "in/" }, output = { bucket = "data" } }
  }

  expect_failures = [var.batch]
}

run "a_dashboard_of_metrics_that_are_not_sent" {
  command = plan

  variables {
    metrics   = false
    dashboard = true
  }

  expect_failures = [var.dashboard]
}

run "alarms_on_metrics_that_are_not_sent" {
  command = plan

  variables {
    alarms  = {}
    metrics = false
  }

  expect_failures = [var.alarms]
}
