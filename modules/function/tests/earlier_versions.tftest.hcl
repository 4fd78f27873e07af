# The models and KMS keys that earlier versions of the function need.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "the_role_may_read_the_models_of_earlier_versions" {
  variables {
    model_store = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1" }
  }

  assert {
    condition = [for policy in aws_iam_role_policy.model : jsondecode(policy.policy).Statement[1]] == [{
      Sid      = "ReadModelsOfEarlierVersions"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = ["arn:aws-cn:s3:::churn-1/model/model"]
    }]
    error_message = "The role must be able to read all versions of the object in model_store."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.own[0].policy).Statement[1].Resource == ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"]
    error_message = "The role must be able to decrypt these versions."
  }
}

run "the_role_may_also_read_them_if_the_package_contains_the_model" {
  variables {
    model       = { sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", file = "model.pkl" }
    model_store = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1" }
  }

  assert {
    condition     = [for policy in aws_iam_role_policy.model : jsondecode(policy.policy).Statement[*].Resource] == [[["arn:aws-cn:s3:::churn-1/model/model"]]]
    error_message = "The role must be able to read the object, so that versions that were deployed with mode = \"s3\" can still start."
  }
}

run "another_key_without_the_former_key_is_refused" {
  command = plan

  variables {
    model_store = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/2" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "the_removal_of_a_key_without_a_former_key_is_refused" {
  command = plan

  variables {
    model_store = { bucket = "churn-1", key = "model/model" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "the_role_may_decrypt_with_former_keys" {
  variables {
    model_store  = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/2" }
    kms_key_arns = { former = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"] }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement[1].Resource == [
      "arn:aws-cn:kms:cn-north-1:123456789012:key/2",
      "arn:aws-cn:kms:cn-north-1:123456789012:key/1",
    ]
    error_message = "The role must be able to decrypt with both keys."
  }
}

run "a_third_key_without_the_second_as_a_former_key_is_refused" {
  command = plan

  variables {
    model_store  = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/3" }
    kms_key_arns = { former = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"] }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_key_for_the_environment_can_be_added" {
  variables {
    kms_key_arns = {
      environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/4"
      former      = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1", "arn:aws-cn:kms:cn-north-1:123456789012:key/2"]
    }
  }
}

run "another_key_for_the_environment_without_the_former_key_is_refused" {
  command = plan

  variables {
    kms_key_arns = {
      environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/5"
      former      = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1", "arn:aws-cn:kms:cn-north-1:123456789012:key/2"]
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "the_role_may_read_the_models_of_live_version_and_canary" {
  variables {
    live_version = "3"
    canary       = { version = "4", weight = 0.1 }
    kms_key_arns = { environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/4", former = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"] }
  }

  override_data {
    target = data.aws_lambda_function.named["3"]
    values = { environment = [{ variables = { MODEL_BUCKET = "models", MODEL_KEY = "churn/first.pkl" } }] }
  }
  override_data {
    target = data.aws_lambda_function.named["4"]
    values = { environment = [{ variables = { MODEL_FILE = "model.pkl" } }] }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.model[0].policy).Statement[*].Resource == [
      "arn:aws-cn:s3:::models/churn/model.pkl",
      ["arn:aws-cn:s3:::models/churn/first.pkl"],
    ]
    error_message = "The role must be able to read the model of version 3. The model of version 4 is in its deployment package."
  }
}

run "a_live_version_whose_model_is_deleted_with_its_bucket_is_refused" {
  command = plan

  variables {
    live_version = "3"
    model_store  = { bucket = "models", key = "churn/0123abcd/model/model" }
  }

  override_data {
    target = data.aws_lambda_function.named
    values = { environment = [{ variables = { MODEL_BUCKET = "churn-20261126142537000000000001", MODEL_KEY = "model/model" } }] }
  }

  expect_failures = [aws_lambda_alias.this]
}

run "a_live_version_whose_model_is_deleted_from_an_existing_bucket_is_refused" {
  command = plan

  variables {
    live_version = "3"
  }

  override_data {
    target = data.aws_lambda_function.named
    values = { environment = [{ variables = { MODEL_BUCKET = "models", MODEL_KEY = "churn/0123abcd/model/model" } }] }
  }

  expect_failures = [aws_lambda_alias.this]
}

run "a_live_version_whose_model_remains_is_accepted" {
  command = plan

  variables {
    live_version = "3"
    model_store  = { bucket = "models", key = "churn/0123abcd/model/model" }
  }

  override_data {
    target = data.aws_lambda_function.named
    values = { environment = [{ variables = { MODEL_BUCKET = "models", MODEL_KEY = "churn/0123abcd/model/model" } }] }
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "3"
    error_message = "The alias must point to version 3."
  }
}

run "a_live_version_whose_model_belongs_to_another_deployment_is_accepted" {
  command = plan

  variables {
    live_version = "3"
    canary       = { version = "4", weight = 0.1 }
    model_store  = { bucket = "models", key = "churn/0123abcd/model/model" }
  }

  override_data {
    target = data.aws_lambda_function.named["3"]
    values = { environment = [{ variables = { MODEL_BUCKET = "models", MODEL_KEY = "other/89abcdef/model/model" } }] }
  }
  override_data {
    target = data.aws_lambda_function.named["4"]
    values = { environment = [{ variables = { MODEL_BUCKET = "other-20261126142537000000000001", MODEL_KEY = "model/model" } }] }
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "3"
    error_message = "The plan must succeed, because this deployment did not upload these models and does not delete them."
  }
}
