# Contains the data sets and the predictions, under different prefixes
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

# Step Functions uploads results in parts. If an execution is stopped, the parts remain and S3 charges for them.
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

  # Nobody waits for the predictions, so cold starts do not matter
  warm = { strategy = "none" }

  batch = {
    input           = { bucket = aws_s3_bucket.data.id, prefix = "in/" }
    output          = { bucket = aws_s3_bucket.data.id, prefix = "predictions/" }
    format          = "csv"
    max_concurrency = 20

    # One percent of the calls may fail. The results contain the rows of the failed calls.
    tolerated_failure_percentage = 1
  }
}

output "bucket" {
  description = "Name of the bucket that contains the data sets and the predictions."
  value       = aws_s3_bucket.data.id
}

output "state_machine_arn" {
  description = "ARN of the state machine. Start an execution of it to score data sets."
  value       = module.model.state_machine_arn
}
