resource "aws_lambda_layer_version" "this" {
  layer_name  = var.name
  description = var.description

  compatible_runtimes      = [var.runtime]
  compatible_architectures = [var.architecture]

  # From Amazon S3, because a zip file with scikit-learn and pandas exceeds the limit of 50 MB for a direct upload to Lambda
  s3_bucket         = var.package.bucket
  s3_key            = var.package.key
  s3_object_version = var.package.version_id
  source_code_hash  = var.package.sha256_base64

  # Published versions of a function keep using the layer version that they were published with
  skip_destroy = true
}
