resource "aws_s3_bucket_policy" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      # AWS ignores the case of actions ("The prefix and the action name are case insensitive", IAM User Guide, Action). moto, which the
      # tests of this module use in place of AWS, is case-sensitive and ignores the condition: with s3:*, it would deny every request.
      Action    = "S3:*"
      Resource  = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 returns OperationAborted if the policy and the public access block change the bucket at the same time
  depends_on = [aws_s3_bucket_public_access_block.this]
}
