locals {
  # The name of a state machine can have up to 80 characters
  name = "${substr(var.function_name, 0, 64)}-batch"

  output_prefix = var.batch.output.prefix == "" ? "" : "${trimsuffix(var.batch.output.prefix, "/")}/"

  region  = split(":", var.alias_arn)[3]
  account = split(":", var.alias_arn)[4]

  # Computed from names, because the role needs these ARNs before the state machine exists
  machine_arn   = "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${local.name}"
  execution_arn = "arn:${local.partition}:states:${local.region}:${local.account}:execution:${local.name}"

  # The child executions of a distributed map belong to a state machine whose ARN ends with the label of the map (NAME/LABEL). The map over
  # rows runs in such a child execution, and starts executions and assumes the role with that ARN.
  machine_arns   = [local.machine_arn, "${local.machine_arn}/*"]
  execution_arns = ["${local.execution_arn}:*", "${local.execution_arn}/*"]
}

resource "aws_sfn_state_machine" "this" {
  name       = local.name
  role_arn   = aws_iam_role.this.arn
  type       = "STANDARD"
  definition = jsonencode(local.definition)
  tags       = var.tags

  tracing_configuration {
    enabled = var.tracing
  }

  # Step Functions checks the permissions of the role when it creates the state machine
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_iam_role" "this" {
  name_prefix          = "${substr(var.function_name, 0, 31)}-batch-"
  description          = "Lets Step Functions score data sets with ${var.function_name}:${var.alias_name}"
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      # Only allows this state machine and its child executions to assume the role
      Condition = {
        ArnLike      = { "aws:SourceArn" = local.machine_arns }
        StringEquals = { "aws:SourceAccount" = local.account }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "score-data-sets"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "CallTheFunction"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = var.alias_arn
        },
        {
          Sid       = "FindDataSets"
          Effect    = "Allow"
          Action    = ["s3:ListBucket"]
          Resource  = "arn:${local.partition}:s3:::${var.batch.input.bucket}"
          Condition = { StringLike = { "s3:prefix" = ["${var.batch.input.prefix}*"] } }
        },
        {
          Sid      = "ReadDataSets"
          Effect   = "Allow"
          Action   = ["s3:GetObject"]
          Resource = "arn:${local.partition}:s3:::${var.batch.input.bucket}/${var.batch.input.prefix}*"
        },
        {
          Sid      = "WriteResults"
          Effect   = "Allow"
          Action   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
          Resource = "arn:${local.partition}:s3:::${var.batch.output.bucket}/${local.output_prefix}*"
        },
        {
          # A distributed map starts a child execution of its own state machine for each item or batch
          Sid      = "RunChildren"
          Effect   = "Allow"
          Action   = ["states:StartExecution"]
          Resource = local.machine_arns
        },
        {
          Sid      = "WatchChildren"
          Effect   = "Allow"
          Action   = ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"]
          Resource = local.execution_arns
        },
      ],
      [for arns in [compact([var.batch.input.kms_key_arn, var.batch.output.kms_key_arn])] : {
        Sid      = "UseKeysOfTheData"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
        Resource = arns
      } if length(arns) > 0],
      # X-Ray supports no resource-level permissions for these actions
      [for on in [var.tracing] : {
        Sid      = "SendTraces"
        Effect   = "Allow"
        Action   = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      } if on],
    )
  })
}
