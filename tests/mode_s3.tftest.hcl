# The root in mode s3, planned and applied on a mocked provider: no account, no network.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { id = "sklearn-model-1", arn = "arn:aws:s3:::sklearn-model-1" }
  }
  mock_resource "aws_s3_object" {
    defaults = { version_id = "v1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/sklearn-model" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/sklearn-model-1", name = "sklearn-model-1" }
  }
  mock_resource "aws_lambda_layer_version" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn-model-dependencies:1" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:sklearn-model", version = "7" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:sklearn-model:live" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/sklearn-model-warm" }
  }
}

variables {
  artifacts_dir = "tests/fixtures/artifacts/complete"
}

run "layer_and_function_are_uploaded_under_keys_that_hold_their_sha256_and_the_model_in_versions" {
  command = plan

  assert {
    condition     = toset(keys(local.objects)) == toset(["function", "layer"]) && keys(local.versioned_objects) == tolist(["model"])
    error_message = "Mode s3 uploads the layer, the function and the model."
  }
  assert {
    condition     = local.objects["layer"].key == "layer/70fdeb46109561e2bdf43c119eb054bf6d65e1ce5c1940c011634fdc992c93f6.zip"
    error_message = "The layer's key is its sha256."
  }
  assert {
    condition     = local.versioned_objects["model"].key == "model/model"
    error_message = "The model's key is one for all versions of it."
  }
  assert {
    condition     = local.objects["function"].source == "tests/fixtures/artifacts/complete/function-s3.zip"
    error_message = "Mode s3 deploys the zip without the model, from the manifest's folder."
  }
}

run "a_deployment_says_where_it_is" {
  assert {
    condition     = output.function_name == "sklearn-model" && output.log_group_name == "/aws/lambda/sklearn-model"
    error_message = "The function has the default name, and the log group Lambda's name for it."
  }
  assert {
    condition = (
      output.alias_arn == "arn:aws:lambda:eu-central-1:123456789012:function:sklearn-model:live" &&
      output.function_version == "7"
    )
    error_message = "Callers get the alias, which points to the version just published."
  }
  assert {
    condition = (
      output.bucket == "sklearn-model-1" &&
      output.layer_arn == "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn-model-dependencies:1"
    )
    error_message = "The bucket and the layer are outputs."
  }
  assert {
    condition     = output.role_arn == "arn:aws:iam::123456789012:role/sklearn-model-1" && output.role_name == "sklearn-model-1"
    error_message = "Further policies can be attached to the role."
  }
  assert {
    condition = output.model_version == {
      sha256     = "c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9"
      version_id = "v1"
    }
    error_message = "The model's version is its digest and its object's version in S3."
  }
  assert {
    condition     = length(output.rule_names) == 1 && startswith(output.rule_names[0], "sklearn-model-warm-")
    error_message = "The default keeps warm with one rule."
  }
}

run "the_function_is_told_where_in_s3_its_model_is" {
  assert {
    condition = { for name in ["bucket", "key", "version_id", "kms_key_arn"] : name => local.model[name] } == {
      bucket      = "sklearn-model-1"
      key         = "model/model"
      version_id  = "v1"
      kms_key_arn = tostring(null)
    }
    error_message = "The function reads the uploaded object, by version."
  }
  assert {
    condition     = !can(local.model.file) && !can(local.model.read_prefix) && local.model.bytes == 21 && local.model.sklearn_version == "1.7.2"
    error_message = "What the manifest knows of the model reaches the function."
  }
}

run "warm_off_leaves_no_rule" {
  command = plan

  variables {
    warm = { strategy = "none" }
  }

  assert {
    condition     = length(output.rule_names) == 0
    error_message = "Strategy none makes no rule."
  }
}

run "a_model_that_is_in_s3_already_is_not_uploaded" {
  # Its own manifest has no model: none is needed
  variables {
    artifacts_dir = "tests/fixtures/artifacts/no-model"
    model = {
      bucket = "models"
      key    = "churn/model.joblib"
      sha256 = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855" # as some tools print it
      format = "joblib"
    }
  }

  assert {
    condition     = local.versioned_objects["model"] == { key = "model/model", source = tostring(null), sha256 = tostring(null) }
    error_message = "Only the layer and the function are uploaded, and the object of earlier models stays."
  }
  assert {
    condition = [for statement in jsondecode(output.policy).Statement : statement.Resource if startswith(statement.Sid, "Read")] == [
      "arn:aws:s3:::models/churn/model.joblib",
      ["arn:aws:s3:::sklearn-model-1/model/model"],
    ]
    error_message = "The function may read its model, and earlier versions theirs."
  }
  assert {
    condition     = local.model.bucket == "models" && local.model.key == "churn/model.joblib" && local.model.version_id == null
    error_message = "The function reads the model where it is ..."
  }
  assert {
    condition     = local.model.format == "joblib"
    error_message = "... in the format that was given."
  }
  assert {
    condition = output.model_version == {
      sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      version_id = tostring(null)
    }
    error_message = "The model's version is what was given, as it is written elsewhere."
  }
}
