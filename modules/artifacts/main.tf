locals {
  # S3 adds 26 characters to a prefix of at most 37
  bucket_prefix = "${substr(replace(lower(var.name), "_", "-"), 0, 36)}-"

  bucket = var.existing_bucket == null ? aws_s3_bucket.this[0].id : var.existing_bucket.name

  unversioned = [for object in aws_s3_object.versioned : object.key if contains(["", "null"], coalesce(object.version_id, "null"))]
  words = join("\n", concat(
    [
      "The bucket ${local.bucket} keeps no versions, and a function that was deployed before could no longer read its model.",
      "Try this, and then apply again:",
      "  aws s3api put-bucket-versioning --bucket ${local.bucket} --versioning-configuration Status=Enabled",
    ],
    [for key in local.unversioned : "  aws s3 cp s3://${local.bucket}/${key} s3://${local.bucket}/${key} --metadata-directive REPLACE"],
  ))
}

resource "aws_s3_bucket" "this" {
  count = var.existing_bucket == null ? 1 : 0

  bucket_prefix = local.bucket_prefix
  tags          = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  count = var.existing_bucket == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = var.existing_bucket == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    # With a key of one's own, the bucket's key spares a call of KMS for each object
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  count = var.existing_bucket == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  count = var.existing_bucket == null ? 1 : 0

  bucket = aws_s3_bucket.this[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
