# Data sets in, predictions out: both in this bucket, each below a prefix of its own
resource "aws_s3_bucket" "data" {
  bucket_prefix = "batch-data-"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Results are written in parts, and those of an execution that was stopped would stay, unlisted and paid for
resource "aws_s3_bucket_lifecycle_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.data]
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket = aws_s3_bucket.data.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

module "model" {
  source = "../.."

  name          = "batch"
  artifacts_dir = var.artifacts_dir
  timeout       = 300

  # Nobody waits for it
  warm = { strategy = "none" }

  batch = {
    input           = { bucket = aws_s3_bucket.data.id, prefix = "in/" }
    output          = { bucket = aws_s3_bucket.data.id, prefix = "predictions/" }
    format          = "csv"
    max_concurrency = 20

    # One batch in a hundred may fail; failed ones are in the results, with their rows
    tolerated_failure_percentage = 1
  }
}

output "bucket" {
  description = "Bucket of the data."
  value       = aws_s3_bucket.data.id
}

output "state_machine_arn" {
  description = "What to start an execution of."
  value       = module.model.state_machine_arn
}
