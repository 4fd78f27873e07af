# Statements of the role's policies, by the name of the policy. The number of policies must not depend on values that are unknown until
# apply, such as the ARN of a key or a queue that the same configuration creates.

locals {
  object_arn = local.in_s3 ? join("", [
    "arn:${local.partition}:s3:::${var.model.bucket}/",
    var.model.read_prefix == null ? var.model.key : "${var.model.read_prefix}*",
  ]) : null

  # Models of earlier versions: the object in model_store, and the models of the versions in live_version and canary.version
  earlier_arns = [
    for object in concat(var.model_store[*], values(local.named_objects)) : "arn:${local.partition}:s3:::${object.bucket}/${object.key}"
  ]
  further_arns = sort(setsubtract(local.earlier_arns, compact([local.object_arn])))

  keys = {
    environment = var.kms_key_arns.environment
    model       = var.model.kms_key_arn
    store       = try(var.model_store.kms_key_arn, null)
  }
  decrypted_with = distinct(compact(concat([local.keys.environment, local.keys.model, local.keys.store], var.kms_key_arns.former)))

  # Keys that the role still needs but may no longer use. Without model_store, its object no longer exists, so its key is not needed.
  lost_keys = {
    for name, kept in terraform_data.keys : name => setsubtract(
      compact([kept.output.environment, kept.output.model, var.model_store == null ? null : kept.output.store]),
      local.decrypted_with,
    )
  }

  # Does not include logs:CreateLogGroup: Terraform manages the log group, and the function must not create it again after destroy
  own_statements = concat(
    [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.log_group_arn}:*"
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
    s3     = ["s3:ListBucket", "s3:PutObject"]
    sqs    = ["sqs:SendMessage"]
    sns    = ["sns:Publish"]
    lambda = ["lambda:InvokeFunction"]
    events = ["events:PutEvents"]
  }

  is_bucket = try(split(":", var.asynchronous.on_failure.destination_arn)[2], "") == "s3"

  further_statements = {
    # Lambda creates the network interfaces with the role's permissions. These actions support no resource-level permissions. The second
    # statement denies them to the code in the function, as AWS recommends (Lambda Developer Guide, "Giving Lambda functions access to
    # resources in an Amazon VPC").
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

    # X-Ray supports no resource-level permissions for these actions
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

    "send-failed-events" = [for destination in var.asynchronous.on_failure[*] : {
      Sid      = "SendFailedEvents"
      Effect   = "Allow"
      Action   = local.send_actions[split(":", destination.destination_arn)[2]]
      Resource = local.is_bucket ? [destination.destination_arn, "${destination.destination_arn}/*"] : [destination.destination_arn]
    }]

    "send-successful-events" = [for destination in var.asynchronous.on_success[*] : {
      Sid      = "SendSuccessfulEvents"
      Effect   = "Allow"
      Action   = local.send_actions[split(":", destination.destination_arn)[2]]
      Resource = [destination.destination_arn]
    }]

    "more" = [
      for statement in var.role.policy_statements : {
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
