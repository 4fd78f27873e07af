output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.id

  # Whoever reads the bucket's name finds it closed
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
  ]
}

output "objects" {
  description = "Where each object lies: bucket, key and version_id, by the names of var.objects."
  value = {
    for name, object in aws_s3_object.this : name => {
      bucket     = object.bucket
      key        = object.key
      version_id = object.version_id
    }
  }
}
