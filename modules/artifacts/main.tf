locals {
  # The provider adds 26 characters to the prefix, which can therefore have up to 37 characters
  bucket_prefix = coalesce(var.bucket.prefix, "${substr(replace(lower(var.name), "_", "-"), 0, 36)}-")

  bucket = var.bucket.existing == null ? aws_s3_bucket.this[0].id : var.bucket.existing.name
}

resource "aws_s3_bucket" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket_prefix = local.bucket_prefix
  force_destroy = var.bucket.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    # With a customer managed key, an S3 Bucket Key avoids a KMS request for each object
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

# Terraform uploads a large file in parts. If an apply is interrupted, the parts remain: S3 charges for them, but does not list them with
# the objects. Nothing else expires by default, because a rollback reads an earlier version of the model.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = var.bucket.noncurrent_versions[*]

    content {
      id     = "delete-earlier-models"
      status = "Enabled"

      filter {}

      noncurrent_version_expiration {
        noncurrent_days           = rule.value.days
        newer_noncurrent_versions = rule.value.keep
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_ownership_controls" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  count = var.bucket.existing == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
