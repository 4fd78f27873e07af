# What the role of the function may do, who may invoke it, and which roles, policies and keys are refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "it_may_write_its_own_logs_and_read_its_own_model" {
  assert {
    condition = jsondecode(aws_iam_role.this[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
    error_message = "Lambda takes the role, and nobody else."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement == [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/churn:*"
    }]
    error_message = "It writes to streams of its own log group, and makes no group."
  }
  assert {
    condition = [for policy in aws_iam_role_policy.model : jsondecode(policy.policy).Statement] == [[{
      Sid      = "ReadOwnModel"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = "arn:aws-cn:s3:::models/churn/model.pkl"
    }]]
    error_message = "It reads the one object, in whatever partition it runs."
  }
  assert {
    condition     = toset([aws_iam_role_policy.own[0].role, aws_iam_role_policy.model[0].role]) == toset([aws_iam_role.this[0].id])
    error_message = "Both are of its own role."
  }
  assert {
    condition = aws_iam_role_policy.model[0].name_prefix == join("-", [
      "read-own-model", substr(sha256("arn:aws-cn:s3:::models/churn/model.pkl"), 0, 8), "",
    ])
    error_message = "The policy's name follows the object: both policies are there while the alias moves to another."
  }
}

run "a_plain_dollar_is_part_of_a_key" {
  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bucket = "models"
      key    = "churn$/model.pkl"
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn$/model.pkl"
    error_message = "The key is taken as it is."
  }
}

run "it_may_do_what_its_settings_imply_and_no_more" {
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
    error_message = "It decrypts its environment and its model; logs are CloudWatch's to decrypt."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn/*"
    error_message = "It reads all below the prefix, so that earlier versions find their models."
  }
  assert {
    condition = toset(keys(aws_iam_role_policy.further)) == toset([
      "invoke-own-alias", "more", "send-failed-events", "send-traces", "use-network",
    ])
    error_message = "Each setting has a policy of its own."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["invoke-own-alias"].policy).Statement == [{
      Sid      = "InvokeOwnAlias"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn:live"
    }]
    error_message = "It invokes its own alias, and no other function."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.further["send-failed-events"].policy).Statement[0].Action == ["sqs:SendMessage"] &&
      jsondecode(aws_iam_role_policy.further["send-failed-events"].policy).Statement[0].Resource == [var.asynchronous.on_failure.destination_arn]
    )
    error_message = "It sends to the queue."
  }
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement : statement.Effect] == [
      "Allow", "Deny",
    ]
    error_message = "Lambda makes the interfaces with its role, and the code in it may not."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement[1].Condition == {
      ArnEquals = { "lambda:SourceFunctionArn" = ["arn:aws-cn:lambda:cn-north-1:123456789012:function:churn"] }
    }
    error_message = "The code is known by the function's ARN."
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
    error_message = "What was asked for, and nothing that was not given."
  }
  assert {
    condition     = length(jsondecode(output.policy).Statement) == 10
    error_message = "The output has all of it: logs, keys, model, itself, queue, traces, two of the network, and the two that were given."
  }
  assert {
    condition = (
      one(aws_lambda_function.this.tracing_config).mode == "Active" &&
      one(aws_lambda_function.this.vpc_config).subnet_ids == toset(["subnet-1"]) &&
      aws_lambda_function.this.kms_key_arn == "arn:aws-cn:kms:cn-north-1:123456789012:key/1" &&
      aws_cloudwatch_log_group.this[0].kms_key_id == "arn:aws-cn:kms:cn-north-1:123456789012:key/2" &&
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_failure).destination == var.asynchronous.on_failure.destination_arn
    )
    error_message = "The function has its settings."
  }
}

run "an_existing_role_gets_no_policy_and_is_told_what_it_needs" {
  variables {
    role = { existing = { arn = "arn:aws-cn:iam::123456789012:role/team/serving" } }
  }

  assert {
    condition     = length(aws_iam_role.this) + length(aws_iam_role_policy.own) + length(aws_iam_role_policy.model) == 0
    error_message = "Nothing of IAM is made."
  }
  assert {
    condition     = aws_lambda_function.this.role == var.role.existing.arn && output.role_name == "serving"
    error_message = "The function runs as that role."
  }
  assert {
    condition     = [for statement in jsondecode(output.policy).Statement : statement.Sid] == ["WriteOwnLogs", "ReadOwnModel"]
    error_message = "What the role has to allow is an output."
  }
}

run "a_boundary_for_an_existing_role" {
  command = plan

  variables {
    role = {
      existing                 = { arn = "arn:aws:iam::123456789012:role/serving" }
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/developers"
    }
  }

  expect_failures = [var.role]
}

run "a_statement_that_neither_allows_nor_denies" {
  command = plan

  variables {
    role = { policy_statements = [{ effect = "allow", actions = ["s3:GetObject"], resources = ["*"] }] }
  }

  expect_failures = [var.role]
}

run "a_statement_of_nothing" {
  command = plan

  variables {
    role = { policy_statements = [{ actions = ["s3:GetObject"], resources = [] }] }
  }

  expect_failures = [var.role]
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

run "a_role_as_the_organization_wants_it" {
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
    error_message = "Its name has no suffix, and its path is the one that was given."
  }
  assert {
    condition = (
      aws_iam_role_policy_attachment.managed["insights"].role == aws_iam_role.this[0].name &&
      aws_iam_role_policy_attachment.managed["insights"].policy_arn == var.role.managed_policy_arns["insights"]
    )
    error_message = "The managed policy is attached to it."
  }
  assert {
    condition     = aws_lambda_function.this.description == var.description
    error_message = "The function says what it is for."
  }
}

run "a_role_of_an_unfinished_path" {
  command = plan

  variables {
    role = { path = "models" }
  }

  expect_failures = [var.role]
}

run "a_managed_policy_that_is_a_name" {
  command = plan

  variables {
    role = { managed_policy_arns = { insights = "CloudWatchLambdaInsightsExecutionRolePolicy" } }
  }

  expect_failures = [var.role]
}

run "a_boundary_that_is_no_policy" {
  command = plan

  variables {
    role = { permissions_boundary_arn = "developers" }
  }

  expect_failures = [var.role]
}

run "callers_of_other_accounts_may_invoke_the_alias" {
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
    error_message = "The account, the role, and who is in the organization; and everybody is in none."
  }
}

run "a_caller_that_is_anybody" {
  command = plan

  variables {
    callers = { principals = ["*"] }
  }

  expect_failures = [var.callers]
}

run "an_organization_that_is_a_name" {
  command = plan

  variables {
    callers = { organization_id = "example" }
  }

  expect_failures = [var.callers]
}
