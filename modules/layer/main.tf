resource "aws_lambda_layer_version" "this" {
  layer_name  = var.name
  description = var.description

  compatible_runtimes      = [var.runtime]
  compatible_architectures = [var.architecture]

  # From S3, as a zip of scikit-learn and pandas is over what a direct upload takes (50 MB)
  s3_bucket         = var.package.bucket
  s3_key            = var.package.key
  s3_object_version = var.package.version_id
  source_code_hash  = var.package.sha256_base64

  # Published versions of a function keep the layer version that they were made with
  skip_destroy = true
}
