# What the role may do, by the name of its policy. Which policies there are depends on nothing that is only known after apply, such as the
# ARN of a key or a queue that is made in the same configuration.

locals {
  object_arn = local.in_s3 ? join("", [
    "arn:${local.partition}:s3:::${var.model.object.bucket}/",
    var.model.object.read_prefix == null ? var.model.object.key : "${var.model.object.read_prefix}*",
  ]) : null

  # What earlier versions read: of the versions that the caller names, each its own model, wherever it is
  earlier_arns = [
    for object in concat(var.model_store[*], values(local.named_objects)) : "arn:${local.partition}:s3:::${object.bucket}/${object.key}"
  ]
  further_arns = sort(setsubtract(local.earlier_arns, compact([local.object_arn])))

  keys = {
    environment = var.kms_key_arns.environment
    model       = try(var.model.object.kms_key_arn, null)
    store       = try(var.model_store.kms_key_arn, null)
  }
  decrypted_with = distinct(compact(concat([local.keys.environment, local.keys.model, local.keys.store], var.kms_key_arns.former)))

  # The store's only where there is one: without it, its object is gone
  lost_keys = {
    for name, kept in terraform_data.keys : name => setsubtract(
      compact([kept.output.environment, kept.output.model, var.model_store == null ? null : kept.output.store]),
      local.decrypted_with,
    )
  }

  # No logs:CreateLogGroup: the group is Terraform's, and must not come back after destroy
  own_statements = concat(
    [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.this.arn}:*"
    }],
    [for arns in [local.decrypted_with] : {
      Sid      = "DecryptOwnData"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = arns
    } if length(arns) > 0],
  )

  model_statements = concat(
    [for arn in compact([local.object_arn]) : {
      Sid      = "ReadOwnModel"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = arn
    }],
    [for arns in [local.further_arns] : {
      Sid      = "ReadModelsOfEarlierVersions"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = arns
    } if length(arns) > 0],
  )

  network_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]

  send_actions = {
    sqs    = ["sqs:SendMessage"]
    sns    = ["sns:Publish"]
    lambda = ["lambda:InvokeFunction"]
    events = ["events:PutEvents"]
  }

  further_statements = {
    # Lambda's service makes the interfaces with the role's permissions, on no resource that could be named. The second statement keeps them
    # from the code that runs in the function, as AWS advises (Lambda Developer Guide, "Giving Lambda functions access to resources in an
    # Amazon VPC").
    "use-network" = [for statement in [
      { Sid = "ManageInterfaces", Effect = "Allow", Action = local.network_actions, Resource = "*" },
      {
        Sid       = "NotFromTheCode"
        Effect    = "Deny"
        Action    = local.network_actions
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [local.function_arn] } }
      },
    ] : statement if var.network != null]

    # X-Ray has no resource to name
    "send-traces" = var.tracing ? [{
      Sid      = "SendTraces"
      Effect   = "Allow"
      Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      Resource = "*"
    }] : []

    "invoke-own-alias" = var.may_invoke_itself ? [{
      Sid      = "InvokeOwnAlias"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = "${local.function_arn}:${local.alias_name}"
    }] : []

    "send-failed-events" = [for destination in var.on_failure[*] : {
      Sid      = "SendFailedEvents"
      Effect   = "Allow"
      Action   = local.send_actions[split(":", destination.destination_arn)[2]]
      Resource = destination.destination_arn
    }]

    "more" = [
      for statement in var.policy_statements : {
        for name, value in {
          Sid       = statement.sid
          Effect    = statement.effect
          Action    = statement.actions
          Resource  = statement.resources
          Condition = statement.condition
        } : name => value if value != null
      }
    ]
  }
}
