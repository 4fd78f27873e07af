resource "aws_iam_role" "this" {
  # A prefix, as roles are the account's, not the region's: the same name in two regions must not collide. IAM adds 26 characters to at
  # most 38.
  name_prefix = "${substr(var.name, 0, 37)}-"
  description = "Execution role of the Lambda function ${var.name}"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# No logs:CreateLogGroup: the group is Terraform's, and must not come back after destroy
resource "aws_iam_role_policy" "logs" {
  name = "write-own-logs"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.this.arn}:*"
    }]
  })
}

# Another object is another policy, and the old one goes last: until the alias has moved, environments of the version that answers still
# start, and read the old object. The name makes it another, as it cannot be changed in place. It is a prefix, so that two policies never
# share a name even where the object is not known before apply and turns out to be the same.
resource "aws_iam_role_policy" "model" {
  count = local.in_s3 ? 1 : 0

  name_prefix = "read-own-model-${substr(sha256(local.object_arn), 0, 8)}-"
  role        = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "ReadOwnModel"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = local.object_arn
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}
