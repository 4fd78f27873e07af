# What versions of the function that were published before need, and who keeps it.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "it_may_read_what_earlier_versions_read" {
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
    error_message = "It reads all versions of the object ..."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.own[0].policy).Statement[1].Resource == ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"]
    error_message = "... and decrypts them."
  }
}

run "in_mode_bundle_it_may_read_them_too" {
  variables {
    model       = { sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", file = "model.pkl" }
    model_store = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1" }
  }

  assert {
    condition     = [for policy in aws_iam_role_policy.model : jsondecode(policy.policy).Statement[*].Resource] == [[["arn:aws-cn:s3:::churn-1/model/model"]]]
    error_message = "Versions that were deployed in mode s3 can be called."
  }
}

run "another_key_would_lock_it_out" {
  command = plan

  variables {
    model_store = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/2" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "no_key_would_lock_it_out" {
  command = plan

  variables {
    model_store = { bucket = "churn-1", key = "model/model" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_former_key_decrypts_what_it_encrypted" {
  variables {
    model_store  = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/2" }
    kms_key_arns = { former = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"] }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement[1].Resource == [
      "arn:aws-cn:kms:cn-north-1:123456789012:key/2",
      "arn:aws-cn:kms:cn-north-1:123456789012:key/1",
    ]
    error_message = "It decrypts with both."
  }
}

run "a_third_key_asks_for_the_second" {
  command = plan

  variables {
    model_store  = { bucket = "churn-1", key = "model/model", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/3" }
    kms_key_arns = { former = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1"] }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_key_of_the_environment_has_come" {
  variables {
    kms_key_arns = {
      environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/4"
      former      = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1", "arn:aws-cn:kms:cn-north-1:123456789012:key/2"]
    }
  }
}

run "and_has_changed" {
  command = plan

  variables {
    kms_key_arns = {
      environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/5"
      former      = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1", "arn:aws-cn:kms:cn-north-1:123456789012:key/2"]
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "it_may_read_the_model_of_a_version_that_is_named" {
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
    error_message = "Of each version that is named, wherever its model is: here one in S3, and one in the zip."
  }
}

run "a_version_whose_model_goes_with_its_bucket" {
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

run "a_version_whose_model_goes_from_a_bucket_of_others" {
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

run "a_version_whose_model_stays" {
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
    error_message = "It answers."
  }
}

run "a_version_whose_model_is_another_deployments" {
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
    error_message = "This deployment has not made it, and does not delete it."
  }
}
