# What the role may do, by the name of its policy. Which policies there are depends on nothing that is only known after apply, such as the
# ARN of a key or a queue that is made in the same configuration.

locals {
  object_arn = local.in_s3 ? join("", [
    "arn:${local.partition}:s3:::${var.model.object.bucket}/",
    var.model.object.read_prefix == null ? var.model.object.key : "${var.model.object.read_prefix}*",
  ]) : null

  decrypted_with = compact([var.kms_key_arns.environment, try(var.model.object.kms_key_arn, null)])

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

  model_statements = local.in_s3 ? [{
    Sid      = "ReadOwnModel"
    Effect   = "Allow"
    Action   = ["s3:GetObject", "s3:GetObjectVersion"]
    Resource = local.object_arn
  }] : []

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
