# What the root module makes of its further settings: planned and applied on a mocked provider.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { id = "churn-1", arn = "arn:aws:s3:::churn-1" }
  }
  mock_resource "aws_s3_object" {
    defaults = { version_id = "v1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/churn" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/churn-1", name = "churn-1" }
  }
  mock_resource "aws_lambda_layer_version" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:churn-dependencies:1" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:churn", version = "7" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/churn-warm" }
  }
  mock_resource "aws_lambda_function_url" {
    defaults = { function_url = "https://abc.lambda-url.eu-central-1.on.aws/" }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:churn-batch" }
  }
}

variables {
  name          = "churn"
  artifacts_dir = "tests/fixtures/artifacts/complete"
}

run "a_ping_of_one_environment" {
  command = plan

  assert {
    condition     = module.warmer.ping == "{\"warmer\":true}" && length(module.warmer.rule_names) == 1
    error_message = "By default every five minutes, one environment."
  }
}

run "a_ping_of_more_environments" {
  variables {
    warm = { concurrency = 3, schedules = ["cron(0/5 8-17 ? * MON-FRI *)"], timezone = "Europe/Berlin" }
  }

  assert {
    condition     = jsondecode(module.warmer.ping) == { warmer = true, concurrency = 3 }
    error_message = "The handler is told how many."
  }
  assert {
    condition     = strcontains(output.policy, "InvokeOwnAlias")
    error_message = "And may invoke itself."
  }
}

run "snapstart_needs_no_ping" {
  command = plan

  variables {
    warm = { strategy = "snapstart" }
  }

  assert {
    condition     = length(output.rule_names) == 0
    error_message = "No rule."
  }
}

run "provisioned_needs_no_ping" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 2 }
  }

  assert {
    condition     = length(output.rule_names) == 0
    error_message = "No rule."
  }
}

run "a_rollback_changes_the_alias_alone" {
  variables {
    live_version = "6"
  }

  assert {
    condition     = output.function_version == "6" && output.newest_version == "7"
    error_message = "The earlier version answers."
  }
}

run "layers_that_are_there_already" {
  variables {
    dependencies = {
      layer_arns     = ["arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:3", "arn:aws:lambda:eu-central-1:123456789012:layer:pandas:8"]
      unzipped_bytes = 190000000
    }
  }

  assert {
    condition     = length(module.layer) == 0 && toset(keys(module.artifacts[0].objects)) == toset(["function", "model"])
    error_message = "None is uploaded or published."
  }
  assert {
    condition     = output.layer_arn == "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:3"
    error_message = "The function has them."
  }
}

run "a_bucket_of_ones_own_has_all_below_the_name" {
  variables {
    bucket = { existing = { name = "models" } }
    kms_key_arns = {
      bucket = "arn:aws:kms:eu-central-1:123456789012:key/1"
      former = ["arn:aws:kms:eu-central-1:123456789012:key/0"]
    }
  }

  assert {
    condition     = output.bucket == "models" && can(regex("^churn/[0-9a-f]{8}/model/model$", local.model.key))
    error_message = "Two models in one bucket do not meet, nor two deployments of one name."
  }
  assert {
    condition = [for statement in jsondecode(output.policy).Statement : statement.Resource if statement.Sid == "DecryptOwnData"] == [
      ["arn:aws:kms:eu-central-1:123456789012:key/1", "arn:aws:kms:eu-central-1:123456789012:key/0"],
    ]
    error_message = "The function may decrypt what it reads there, and what was written there before."
  }
}

run "artifacts_in_s3_are_deployed_from_there" {
  variables {
    artifacts_dir = "s3://models/churn/2026-11"
  }

  override_data {
    target = module.manifest.data.aws_s3_object.manifest
    values = {
      body = "{\"schema_version\":1,\"layer\":{\"path\":\"layer.zip\",\"sha256\":\"70fd\",\"sha256_base64\":\"cP0=\",\"unzipped_bytes\":200000000,\"runtime\":\"python3.13\",\"architecture\":\"x86_64\",\"packages\":{\"scikit-learn\":\"1.7.2\"}},\"functions\":{\"s3\":{\"path\":\"function-s3.zip\",\"sha256\":\"688f\",\"sha256_base64\":\"aI8=\",\"unzipped_bytes\":40000,\"runtime\":\"python3.13\",\"architecture\":\"x86_64\"}},\"model\":{\"path\":\"model.pkl\",\"sha256\":\"c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9\",\"bytes\":21,\"format\":\"pickle\",\"sklearn_version\":\"1.7.2\"}}"
    }
  }
  override_data {
    target = module.manifest.data.aws_s3_object.part
    values = { version_id = "v3" }
  }

  assert {
    condition     = length(module.artifacts) == 0 && output.bucket == null
    error_message = "Nothing is uploaded, and no bucket made."
  }
  assert {
    condition     = local.model.bucket == "models" && local.model.key == "churn/2026-11/model.pkl" && local.model.version_id == "v3"
    error_message = "The function reads the model there."
  }
}

run "all_that_can_be_had_around_it" {
  variables {
    endpoint = {}
    alarms   = { topic_arns = ["arn:aws:sns:eu-central-1:123456789012:on-call"] }
    batch    = { input = { bucket = "data", prefix = "in/" }, output = { bucket = "data" } }
  }

  assert {
    condition     = output.endpoint.url == "https://abc.lambda-url.eu-central-1.on.aws/" && output.endpoint.caller_policy != null
    error_message = "An endpoint with the policy for its callers,"
  }
  assert {
    condition     = output.dashboard_name == "churn" && output.state_machine_arn == "arn:aws:states:eu-central-1:123456789012:stateMachine:churn-batch"
    error_message = "a dashboard, and a state machine,"
  }
  assert {
    condition     = contains(keys(module.alarms[0].alarm_arns), "failed-executions") && contains(keys(module.alarms[0].alarm_arns), "warm-up")
    error_message = "with alarms on its executions and on pings."
  }
}

run "a_batch_of_what_packaging_knows" {
  command = plan

  variables {
    artifacts_dir = "tests/fixtures/artifacts/with-signature"
    timeout       = 300
    batch = {
      input          = { bucket = "data", prefix = "in/" }
      output         = { bucket = "data" }
      method         = "predict_proba"
      rows_per_call  = 129
      execution_type = "EXPRESS"
    }
  }

  assert {
    condition     = local.model.answer_bytes["predict_proba"] == 1044 && contains(local.model.methods, "predict_proba")
    error_message = "129 answers of 1044 bytes are what Step Functions takes; one more is refused, as tests/e2e/test_batch_definition.py shows."
  }
}

run "a_batch_of_a_model_elsewhere" {
  command = plan

  variables {
    artifacts_dir = "tests/fixtures/artifacts/with-signature"
    model         = { bucket = "models", key = "model.pkl", sha256 = join("", [for _ in range(64) : "0"]) }
    batch = {
      input         = { bucket = "data", prefix = "in/" }
      output        = { bucket = "data" }
      method        = "transform"
      rows_per_call = 500
    }
  }

  assert {
    condition     = length(local.model.answer_bytes) == 0 && local.model.methods == null
    error_message = "Of it nothing is known."
  }
}

run "a_dashboard_apart_from_alarms" {
  variables {
    dashboard = true
  }

  assert {
    condition     = output.dashboard_name == "churn" && length(module.alarms[0].alarm_arns) == 0
    error_message = "The dashboard alone."
  }
}

run "alarms_apart_from_the_dashboard" {
  variables {
    alarms               = {}
    dashboard            = false
    warm                 = { strategy = "snapstart" }
    reserved_concurrency = 1
  }

  assert {
    condition     = output.dashboard_name == null
    error_message = "No dashboard, and"
  }
  assert {
    condition     = toset(keys(module.alarms[0].alarm_arns)) == toset(["dropped-events", "duration", "errors", "throttles"])
    error_message = "alarms on what can go wrong alone: nothing pings, and one call is all that there may be."
  }
}

run "a_followed_model_is_looked_at_by_pings" {
  variables {
    alarms = {}
    warm   = { strategy = "none" }
    model  = { bucket = "models", key = "churn/model.pkl", follow = true }
  }

  assert {
    condition     = contains(keys(module.alarms[0].alarm_arns), "warm-up")
    error_message = "The handler reports a model that it did not take."
  }
}

run "roles_have_the_path_and_the_boundary" {
  variables {
    role     = { path = "/models/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/developers" }
    warm     = { timezone = "Europe/Berlin" }
    bucket   = { prefix = "team-models-" }
    callers  = { principals = ["210987654321"] }
    endpoint = {}
  }

  assert {
    condition     = length(module.warmer.rule_names) == 1 && output.role_name == "churn-1"
    error_message = "It is deployed with all that an organization asks for."
  }
}

run "none_of_it_by_default" {
  command = plan

  assert {
    condition     = output.endpoint == null && output.dashboard_name == null && output.state_machine_arn == null
    error_message = "Nothing is public, and nothing is charged for."
  }
}
