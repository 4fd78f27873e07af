# Optional settings of the root module, planned and applied with a mocked provider.

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

run "a_ping_keeps_one_environment_warm_by_default" {
  command = plan

  assert {
    condition     = module.warmer.ping == "{\"warmer\":true}" && length(module.warmer.rule_names) == 1
    error_message = "One rule must send a ping for one execution environment by default."
  }
}

run "a_ping_can_keep_several_environments_warm" {
  variables {
    warm = { concurrency = 3, schedules = ["cron(0/5 8-17 ? * MON-FRI *)"], timezone = "Europe/Berlin" }
  }

  assert {
    condition     = jsondecode(module.warmer.ping) == { warmer = true, concurrency = 3 }
    error_message = "The ping must contain the number of execution environments."
  }
  assert {
    condition     = strcontains(output.policy, "InvokeOwnAlias")
    error_message = "The role must be able to invoke the alias, so that the handler can pass the ping on."
  }
}

run "warm_strategy_snapstart_creates_no_rule" {
  command = plan

  variables {
    warm = { strategy = "snapstart" }
  }

  assert {
    condition     = length(output.rule_names) == 0
    error_message = "There must be no rule."
  }
}

run "warm_strategy_provisioned_creates_no_rule" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 2 }
  }

  assert {
    condition     = length(output.rule_names) == 0
    error_message = "There must be no rule."
  }
}

run "live_version_points_the_alias_to_an_earlier_version" {
  variables {
    live_version = "6"
  }

  assert {
    condition     = output.function_version == "6" && output.newest_version == "7"
    error_message = "The alias must point to version 6, although version 7 was published last."
  }
}

run "dependencies_replace_the_layer_in_artifacts_dir" {
  variables {
    dependencies = {
      layer_arns     = ["arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:3", "arn:aws:lambda:eu-central-1:123456789012:layer:pandas:8"]
      unzipped_bytes = 190000000
    }
  }

  assert {
    condition     = length(module.layer) == 0 && toset(keys(module.artifacts[0].objects)) == toset(["function", "model"])
    error_message = "No layer must be uploaded or published."
  }
  assert {
    condition     = output.layer_arn == "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:3"
    error_message = "The output layer_arn must be the first of the existing layer versions."
  }
}

run "keys_in_an_existing_bucket_begin_with_the_name_and_an_identifier" {
  variables {
    bucket = { existing = { name = "models" } }
    kms_key_arns = {
      bucket = "arn:aws:kms:eu-central-1:123456789012:key/1"
      former = ["arn:aws:kms:eu-central-1:123456789012:key/0"]
    }
  }

  assert {
    condition     = output.bucket == "models" && can(regex("^churn/[0-9a-f]{8}/model/model$", local.model.key))
    error_message = "The keys must begin with the name and an identifier, so that deployments do not share keys."
  }
  assert {
    condition = [for statement in jsondecode(output.policy).Statement : statement.Resource if statement.Sid == "DecryptOwnData"] == [
      ["arn:aws:kms:eu-central-1:123456789012:key/1", "arn:aws:kms:eu-central-1:123456789012:key/0"],
    ]
    error_message = "The role must be able to decrypt with the key of the bucket and with the former key."
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
    error_message = "Nothing must be uploaded, and no bucket must be created."
  }
  assert {
    condition     = local.model.bucket == "models" && local.model.key == "churn/2026-11/model.pkl" && local.model.version_id == "v3"
    error_message = "The function must read the model from the prefix in artifacts_dir."
  }
}

run "endpoint_alarms_dashboard_and_batch_can_be_enabled_together" {
  variables {
    endpoint = {}
    alarms   = { topic_arns = ["arn:aws:sns:eu-central-1:123456789012:on-call"] }
    batch    = { input = { bucket = "data", prefix = "in/" }, output = { bucket = "data" } }
  }

  assert {
    condition     = output.endpoint.url == "https://abc.lambda-url.eu-central-1.on.aws/" && output.endpoint.caller_policy != null
    error_message = "There must be an endpoint, with a policy for its callers."
  }
  assert {
    condition     = output.dashboard_name == "churn" && output.state_machine_arn == "arn:aws:states:eu-central-1:123456789012:stateMachine:churn-batch"
    error_message = "There must be a dashboard and a state machine."
  }
  assert {
    condition     = contains(keys(module.alarms[0].alarm_arns), "failed-executions") && contains(keys(module.alarms[0].alarm_arns), "warm-up")
    error_message = "There must be alarms on failed executions and on failed warm-ups."
  }
}

run "the_manifest_limits_rows_per_call_and_method_of_batch" {
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
    error_message = "The sizes and methods must come from the manifest. 129 answers of 1044 bytes are the maximum: tests/e2e/test_batch_definition.py tests that one more is refused."
  }
}

run "the_manifest_does_not_limit_batch_for_a_model_that_is_already_in_s3" {
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
    error_message = "The manifest must not apply to this model, whose methods and answer sizes are unknown."
  }
}

run "a_dashboard_can_be_created_without_alarms" {
  variables {
    dashboard = true
  }

  assert {
    condition     = output.dashboard_name == "churn" && length(module.alarms[0].alarm_arns) == 0
    error_message = "There must be a dashboard and no alarms."
  }
}

run "alarms_can_be_created_without_a_dashboard" {
  variables {
    alarms               = {}
    dashboard            = false
    warm                 = { strategy = "snapstart" }
    reserved_concurrency = 1
  }

  assert {
    condition     = output.dashboard_name == null
    error_message = "There must be no dashboard."
  }
  assert {
    condition     = toset(keys(module.alarms[0].alarm_arns)) == toset(["dropped-events", "duration", "errors", "throttles"])
    error_message = "There must be no alarm on warm-ups, because nothing pings, and none on concurrency, because one call would start it."
  }
}

run "a_followed_model_has_the_alarm_on_warm_ups" {
  variables {
    alarms = {}
    warm   = { strategy = "none" }
    model  = { bucket = "models", key = "churn/model.pkl", follow = true }
  }

  assert {
    condition     = contains(keys(module.alarms[0].alarm_arns), "warm-up")
    error_message = "There must be an alarm on warm-ups, because the handler reports a model that it could not load as a failed warm-up."
  }
}

run "organizational_settings_can_be_combined" {
  variables {
    role     = { path = "/models/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/developers" }
    warm     = { timezone = "Europe/Berlin" }
    bucket   = { prefix = "team-models-" }
    callers  = { principals = ["210987654321"] }
    endpoint = {}
  }

  assert {
    condition     = length(module.warmer.rule_names) == 1 && output.role_name == "churn-1"
    error_message = "The module must accept these settings together."
  }
}

run "nothing_optional_is_created_by_default" {
  command = plan

  assert {
    condition     = output.endpoint == null && output.dashboard_name == null && output.state_machine_arn == null
    error_message = "There must be no endpoint, dashboard, or state machine."
  }
}
