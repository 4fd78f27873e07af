# The root module with mode = "s3", planned and applied with a mocked provider, without an AWS account.

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

run "zip_files_have_keys_with_their_digest_and_the_model_has_a_fixed_key" {
  command = plan

  assert {
    condition     = toset(keys(local.objects)) == toset(["function", "layer"]) && keys(local.versioned_objects) == tolist(["model"])
    error_message = "The layer, the function, and the model must be uploaded."
  }
  assert {
    condition     = local.objects["layer"].key == "layer/70fdeb46109561e2bdf43c119eb054bf6d65e1ce5c1940c011634fdc992c93f6.zip"
    error_message = "The key of the layer must contain its SHA-256 digest."
  }
  assert {
    condition     = local.versioned_objects["model"].key == "model/model"
    error_message = "All models must be versions of one key."
  }
  assert {
    condition     = local.objects["function"].source == "tests/fixtures/artifacts/complete/function-s3.zip"
    error_message = "The function must be deployed from the zip file without the model, in the folder of the manifest."
  }
}

run "the_outputs_identify_what_was_deployed" {
  assert {
    condition     = output.function_name == "sklearn-model" && output.log_group_name == "/aws/lambda/sklearn-model"
    error_message = "The function must have the default name, and the log group must have the name that Lambda uses by default."
  }
  assert {
    condition = (
      output.alias_arn == "arn:aws:lambda:eu-central-1:123456789012:function:sklearn-model:live" &&
      output.function_version == "7"
    )
    error_message = "The outputs must contain the alias, which points to the version that was just published."
  }
  assert {
    condition = (
      output.bucket == "sklearn-model-1" &&
      output.layer_arn == "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn-model-dependencies:1"
    )
    error_message = "The bucket and the layer version must be outputs."
  }
  assert {
    condition     = output.role_arn == "arn:aws:iam::123456789012:role/sklearn-model-1" && output.role_name == "sklearn-model-1"
    error_message = "The role must be an output, so that more policies can be attached to it."
  }
  assert {
    condition = output.model_version == {
      sha256     = "c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9"
      version_id = "v1"
    }
    error_message = "The output model_version must contain the digest of the model and the version of its S3 object."
  }
  assert {
    condition     = length(output.rule_names) == 1 && startswith(output.rule_names[0], "sklearn-model-warm-")
    error_message = "One rule must ping the function by default."
  }
}

run "the_function_reads_the_model_that_was_uploaded" {
  assert {
    condition = { for name in ["bucket", "key", "version_id", "kms_key_arn"] : name => local.model[name] } == {
      bucket      = "sklearn-model-1"
      key         = "model/model"
      version_id  = "v1"
      kms_key_arn = tostring(null)
    }
    error_message = "The function must read the version of the object that was uploaded."
  }
  assert {
    condition     = !can(local.model.file) && !can(local.model.read_prefix) && local.model.bytes == 21 && local.model.sklearn_version == "1.7.2"
    error_message = "The function must receive what the manifest says about the model."
  }
}

run "warm_strategy_none_creates_no_rule" {
  command = plan

  variables {
    warm = { strategy = "none" }
  }

  assert {
    condition     = length(output.rule_names) == 0
    error_message = "There must be no rule."
  }
}

run "a_model_that_is_already_in_s3_is_not_uploaded" {
  # The manifest contains no model, and needs none
  variables {
    artifacts_dir = "tests/fixtures/artifacts/no-model"
    model = {
      bucket = "models"
      key    = "churn/model.joblib"
      sha256 = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855" # in uppercase, as some tools print it
      format = "joblib"
    }
  }

  assert {
    condition     = local.versioned_objects["model"] == { key = "model/model", source = tostring(null), sha256 = tostring(null) }
    error_message = "No model must be uploaded, and the object with the models of earlier versions must remain."
  }
  assert {
    condition = [for statement in jsondecode(output.policy).Statement : statement.Resource if startswith(statement.Sid, "Read")] == [
      "arn:aws:s3:::models/churn/model.joblib",
      ["arn:aws:s3:::sklearn-model-1/model/model"],
    ]
    error_message = "The role must be able to read this model and the models of earlier versions."
  }
  assert {
    condition     = local.model.bucket == "models" && local.model.key == "churn/model.joblib" && local.model.version_id == null
    error_message = "The function must read the model from its bucket and key."
  }
  assert {
    condition     = local.model.format == "joblib"
    error_message = "The function must load the model in the format that the input names."
  }
  assert {
    condition = output.model_version == {
      sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      version_id = tostring(null)
    }
    error_message = "The output model_version must contain the digest of the input in lowercase."
  }
}
