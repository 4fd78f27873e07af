data "aws_partition" "current" {}

data "aws_iam_policy_document" "assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# No logs:CreateLogGroup: the group is Terraform's, and must not come back after destroy
data "aws_iam_policy_document" "permissions" {
  statement {
    sid       = "WriteOwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  dynamic "statement" {
    for_each = local.in_s3 ? [var.model.object] : []

    content {
      sid       = "ReadOwnModel"
      actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      resources = ["arn:${data.aws_partition.current.partition}:s3:::${statement.value.bucket}/${statement.value.key}"]
    }
  }
}

resource "aws_iam_role" "this" {
  # A prefix, as roles are the account's, not the region's: the same name in two regions must not collide. IAM adds 26 characters to at most 38.
  name_prefix        = "${substr(var.name, 0, 37)}-"
  description        = "Execution role of the Lambda function ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.assume_role.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "own-logs-and-model"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.permissions.json
}
