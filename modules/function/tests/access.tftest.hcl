# The permissions of the role, the callers of the function, and the roles, policies, and keys that are refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "the_role_may_only_write_its_logs_and_read_its_model" {
  assert {
    condition = jsondecode(aws_iam_role.this[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
    error_message = "Only Lambda must be able to assume the role."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement == [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/churn:*"
    }]
    error_message = "The role must be able to write to its own log group, and must not be able to create log groups."
  }
  assert {
    condition = [for policy in aws_iam_role_policy.model : jsondecode(policy.policy).Statement] == [[{
      Sid      = "ReadOwnModel"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = "arn:aws-cn:s3:::models/churn/model.pkl"
    }]]
    error_message = "The role must be able to read only this object, with an ARN in the partition of the function."
  }
  assert {
    condition     = toset([aws_iam_role_policy.own[0].role, aws_iam_role_policy.model[0].role]) == toset([aws_iam_role.this[0].id])
    error_message = "Both policies must belong to the role of the function."
  }
  assert {
    condition = aws_iam_role_policy.model[0].name_prefix == join("-", [
      "read-own-model", substr(sha256("arn:aws-cn:s3:::models/churn/model.pkl"), 0, 8), "",
    ])
    error_message = "The name of the policy must depend on the object, so that the old policy remains until the alias has moved."
  }
}

run "a_key_may_contain_a_dollar_sign" {
  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bucket = "models"
      key    = "churn$/model.pkl"
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn$/model.pkl"
    error_message = "The policy must contain the key without changes."
  }
}

run "each_setting_adds_only_the_permissions_that_it_needs" {
  variables {
    network           = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    tracing           = true
    may_invoke_itself = true
    asynchronous      = { on_failure = { destination_arn = "arn:aws-cn:sqs:cn-north-1:123456789012:failed" } }
    kms_key_arns      = { environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/1", logs = "arn:aws-cn:kms:cn-north-1:123456789012:key/2" }
    model = {
      sha256      = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bucket      = "models"
      key         = "churn/2026-11/model.pkl"
      read_prefix = "churn/"
      kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/3"
    }
    role = {
      policy_statements = [
        { sid = "Lookup", actions = ["dynamodb:GetItem"], resources = ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/features"] },
        {
          effect    = "Deny"
          actions   = ["s3:GetObject"]
          resources = ["arn:aws-cn:s3:::models/churn/secret/*"]
          condition = { StringEquals = { "aws:ResourceAccount" = ["123456789012"] } }
        },
      ]
    }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement[1] == {
      Sid    = "DecryptOwnData"
      Effect = "Allow"
      Action = ["kms:Decrypt"]
      Resource = [
        "arn:aws-cn:kms:cn-north-1:123456789012:key/1",
        "arn:aws-cn:kms:cn-north-1:123456789012:key/3",
      ]
    }
    error_message = "The role must be able to decrypt the environment and the model. It does not need the key of the logs, which CloudWatch Logs uses."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn/*"
    error_message = "The role must be able to read all objects under the prefix, so that earlier versions can read their models."
  }
  assert {
    condition = toset(keys(aws_iam_role_policy.further)) == toset([
      "invoke-own-alias", "more", "send-failed-events", "send-traces", "use-network",
    ])
    error_message = "Each setting must have its own policy."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["invoke-own-alias"].policy).Statement == [{
      Sid      = "InvokeOwnAlias"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn:live"
    }]
    error_message = "The role must only be able to invoke the alias of its own function."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.further["send-failed-events"].policy).Statement[0].Action == ["sqs:SendMessage"] &&
      jsondecode(aws_iam_role_policy.further["send-failed-events"].policy).Statement[0].Resource == [var.asynchronous.on_failure.destination_arn]
    )
    error_message = "The role must be able to send messages to the queue."
  }
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement : statement.Effect] == [
      "Allow", "Deny",
    ]
    error_message = "The role must allow Lambda to create network interfaces, and deny this to the code of the function."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement[1].Condition == {
      ArnEquals = { "lambda:SourceFunctionArn" = ["arn:aws-cn:lambda:cn-north-1:123456789012:function:churn"] }
    }
    error_message = "The statement that denies access must identify the code by the ARN of the function."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["more"].policy).Statement == [
      {
        Sid      = "Lookup"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem"]
        Resource = ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/features"]
      },
      {
        Effect    = "Deny"
        Action    = ["s3:GetObject"]
        Resource  = ["arn:aws-cn:s3:::models/churn/secret/*"]
        Condition = { StringEquals = { "aws:ResourceAccount" = ["123456789012"] } }
      },
    ]
    error_message = "The statements must contain only the fields that the caller sets."
  }
  assert {
    condition     = length(jsondecode(output.policy).Statement) == 10
    error_message = "The output policy must contain 10 statements: logs, keys, model, alias, queue, traces, two for the network, and two of the caller."
  }
  assert {
    condition = (
      one(aws_lambda_function.this.tracing_config).mode == "Active" &&
      one(aws_lambda_function.this.vpc_config).subnet_ids == toset(["subnet-1"]) &&
      aws_lambda_function.this.kms_key_arn == "arn:aws-cn:kms:cn-north-1:123456789012:key/1" &&
      aws_cloudwatch_log_group.this[0].kms_key_id == "arn:aws-cn:kms:cn-north-1:123456789012:key/2" &&
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_failure).destination == var.asynchronous.on_failure.destination_arn
    )
    error_message = "The function and its log group must have the settings."
  }
}

run "an_existing_role_is_not_changed_and_its_policy_is_an_output" {
  variables {
    role = { existing = { arn = "arn:aws-cn:iam::123456789012:role/team/serving" } }
  }

  assert {
    condition     = length(aws_iam_role.this) + length(aws_iam_role_policy.own) + length(aws_iam_role_policy.model) == 0
    error_message = "No role and no policy must be created."
  }
  assert {
    condition     = aws_lambda_function.this.role == var.role.existing.arn && output.role_name == "serving"
    error_message = "The function must use the existing role."
  }
  assert {
    condition     = [for statement in jsondecode(output.policy).Statement : statement.Sid] == ["WriteOwnLogs", "ReadOwnModel"]
    error_message = "The output policy must contain the permissions that the role needs."
  }
}

run "a_permissions_boundary_for_an_existing_role_is_refused" {
  command = plan

  variables {
    role = {
      existing                 = { arn = "arn:aws:iam::123456789012:role/serving" }
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/developers"
    }
  }

  expect_failures = [var.role]
}

run "a_statement_with_an_unknown_effect_is_refused" {
  command = plan

  variables {
    role = { policy_statements = [{ effect = "allow", actions = ["s3:GetObject"], resources = ["*"] }] }
  }

  expect_failures = [var.role]
}

run "a_statement_without_resources_is_refused" {
  command = plan

  variables {
    role = { policy_statements = [{ actions = ["s3:GetObject"], resources = [] }] }
  }

  expect_failures = [var.role]
}

run "a_kms_alias_as_a_key_is_refused" {
  command = plan

  variables {
    kms_key_arns = { logs = "alias/logs" }
  }

  expect_failures = [var.kms_key_arns]
}

run "a_kms_alias_as_a_former_key_is_refused" {
  command = plan

  variables {
    kms_key_arns = { former = ["alias/logs"] }
  }

  expect_failures = [var.kms_key_arns]
}

run "the_role_can_have_a_name_a_path_and_managed_policies" {
  variables {
    description = "Answers with the probability of churn"
    role = {
      name                = "svc-churn"
      path                = "/models/"
      managed_policy_arns = { insights = "arn:aws-cn:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy" }
    }
  }

  assert {
    condition     = aws_iam_role.this[0].name == "svc-churn" && aws_iam_role.this[0].path == "/models/"
    error_message = "The role must have exactly the given name and path."
  }
  assert {
    condition = (
      aws_iam_role_policy_attachment.managed["insights"].role == aws_iam_role.this[0].name &&
      aws_iam_role_policy_attachment.managed["insights"].policy_arn == var.role.managed_policy_arns["insights"]
    )
    error_message = "The managed policy must be attached to the role."
  }
  assert {
    condition     = aws_lambda_function.this.description == var.description
    error_message = "The function must have the description."
  }
}

run "a_role_path_without_slashes_is_refused" {
  command = plan

  variables {
    role = { path = "models" }
  }

  expect_failures = [var.role]
}

run "a_managed_policy_that_is_not_an_arn_is_refused" {
  command = plan

  variables {
    role = { managed_policy_arns = { insights = "CloudWatchLambdaInsightsExecutionRolePolicy" } }
  }

  expect_failures = [var.role]
}

run "a_permissions_boundary_that_is_not_an_arn_is_refused" {
  command = plan

  variables {
    role = { permissions_boundary_arn = "developers" }
  }

  expect_failures = [var.role]
}

run "callers_from_other_accounts_may_invoke_the_alias" {
  command = plan

  variables {
    callers = { principals = ["210987654321", "arn:aws-cn:iam::210987654321:role/scoring"], organization_id = "o-a1b2c3d4e5" }
  }

  assert {
    condition = toset([
      for permission in aws_lambda_permission.caller : join(" ", compact([
        permission.action, permission.qualifier, permission.principal, permission.principal_org_id,
      ]))
      ]) == toset([
      "lambda:InvokeFunction live 210987654321",
      "lambda:InvokeFunction live arn:aws-cn:iam::210987654321:role/scoring",
      "lambda:InvokeFunction live * o-a1b2c3d4e5",
    ])
    error_message = "There must be one permission each for the account, the role, and the organization, and none for anyone else."
  }
}

run "a_wildcard_as_a_caller_is_refused" {
  command = plan

  variables {
    callers = { principals = ["*"] }
  }

  expect_failures = [var.callers]
}

run "an_organization_that_is_not_an_id_is_refused" {
  command = plan

  variables {
    callers = { organization_id = "example" }
  }

  expect_failures = [var.callers]
}
