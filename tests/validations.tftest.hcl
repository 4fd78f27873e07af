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

run "a_place_in_s3_without_a_bucket" {
  command = plan

  variables {
    artifacts_dir = "s3:///churn"
  }

  expect_failures = [var.artifacts_dir]
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

run "a_network_without_a_security_group" {
  command = plan

  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }

  expect_failures = [var.network]
}

run "a_strategy_that_does_not_exist" {
  command = plan

  variables {
    warm = { strategy = "cron" }
  }

  expect_failures = [var.warm]
}

run "schedules_of_another_strategy" {
  command = plan

  variables {
    warm = { strategy = "snapstart", schedules = ["rate(5 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_time_zone_of_no_schedule" {
  command = plan

  variables {
    warm = { strategy = "none", timezone = "Europe/Berlin" }
  }

  expect_failures = [var.warm]
}

run "provisioned_with_snapstart" {
  command = plan

  variables {
    warm = { strategy = "snapstart", provisioned = 2 }
  }

  expect_failures = [var.warm]
}

run "provisioned_with_pings" {
  command = plan

  variables {
    warm = { provisioned = 2 }
  }

  expect_failures = [var.warm]
}

run "no_environment_to_keep_warm" {
  command = plan

  variables {
    warm = { concurrency = 0 }
  }

  expect_failures = [var.warm]
}

run "more_environments_than_a_ping_can_call" {
  command = plan

  variables {
    warm = { concurrency = 101 }
  }

  expect_failures = [var.warm]
}

run "half_a_provisioned_environment" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 1.5 }
  }

  expect_failures = [var.warm]
}

run "more_warm_environments_than_reserved" {
  command = plan

  variables {
    reserved_concurrency = 2
    warm                 = { concurrency = 3 }
  }

  expect_failures = [var.warm]
}

run "a_time_zone_that_is_an_offset" {
  command = plan

  variables {
    warm = { timezone = "+01:00" }
  }

  expect_failures = [var.warm]
}

run "a_live_version_of_latest" {
  command = plan

  variables {
    live_version = "$LATEST"
  }

  expect_failures = [var.live_version]
}

run "a_canary_of_an_alias" {
  command = plan

  variables {
    canary = { version = "next", weight = 0.1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_with_all_the_traffic" {
  command = plan

  variables {
    live_version = "3"
    canary       = { weight = 1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_beside_nothing" {
  command = plan

  variables {
    canary = { weight = 0.1 }
  }

  expect_failures = [var.canary]
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

run "an_endpoint_of_another_type" {
  command = plan

  variables {
    endpoint = { type = "alb" }
  }

  expect_failures = [var.endpoint]
}

run "an_endpoint_of_another_authorization" {
  command = plan

  variables {
    endpoint = { type = "http_api", authorization = "COGNITO" }
  }

  expect_failures = [var.endpoint]
}

run "a_url_for_anybody" {
  command = plan

  variables {
    endpoint = { authorization = "NONE" }
  }

  expect_failures = [var.endpoint]
}

run "tokens_without_an_issuer" {
  command = plan

  variables {
    endpoint = { type = "http_api", authorization = "JWT" }
  }

  expect_failures = [var.endpoint]
}

run "an_issuer_without_tokens" {
  command = plan

  variables {
    endpoint = { jwt = { issuer = "https://login.example.com", audience = ["churn"] } }
  }

  expect_failures = [var.endpoint]
}

run "an_issuer_without_https" {
  command = plan

  variables {
    endpoint = {
      type          = "http_api"
      authorization = "JWT"
      jwt           = { issuer = "login.example.com", audience = ["churn"] }
    }
  }

  expect_failures = [var.endpoint]
}

run "a_throttle_that_lets_nobody_in" {
  command = plan

  variables {
    endpoint = { type = "http_api", throttling = { burst_limit = 0 } }
  }

  expect_failures = [var.endpoint]
}

run "more_batches_than_the_function_takes" {
  command = plan

  variables {
    reserved_concurrency = 5
    batch                = { input = { bucket = "data", prefix = "in/" }, output = { bucket = "data" } }
  }

  expect_failures = [var.batch]
}

run "a_boundary_for_an_existing_role" {
  command = plan

  variables {
    existing_role            = { arn = "arn:aws:iam::123456789012:role/serving" }
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/developers"
  }

  expect_failures = [var.existing_role]
}

run "a_boundary_that_is_no_policy" {
  command = plan

  variables {
    permissions_boundary_arn = "developers"
  }

  expect_failures = [var.permissions_boundary_arn]
}

run "a_statement_that_neither_allows_nor_denies" {
  command = plan

  variables {
    policy_statements = [{ effect = "allow", actions = ["s3:GetObject"], resources = ["*"] }]
  }

  expect_failures = [var.policy_statements]
}

run "a_statement_of_nothing" {
  command = plan

  variables {
    policy_statements = [{ actions = ["s3:GetObject"], resources = [] }]
  }

  expect_failures = [var.policy_statements]
}

run "a_key_that_is_an_alias" {
  command = plan

  variables {
    kms_key_arns = { logs = "alias/logs" }
  }

  expect_failures = [var.kms_key_arns]
}

run "a_former_key_that_is_an_alias" {
  command = plan

  variables {
    kms_key_arns = { former = ["alias/logs"] }
  }

  expect_failures = [var.kms_key_arns]
}

run "a_destination_that_is_a_url" {
  command = plan

  variables {
    on_failure = { destination_arn = "https://sqs.eu-central-1.amazonaws.com/123456789012/failed" }
  }

  expect_failures = [var.on_failure]
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

run "a_topic_that_is_an_address" {
  command = plan

  variables {
    alarms = { topic_arns = ["on-call@example.com"] }
  }

  expect_failures = [var.alarms]
}

run "more_than_all_of_the_concurrency" {
  command = plan

  variables {
    alarms = { concurrency_percent = 120 }
  }

  expect_failures = [var.alarms]
}
