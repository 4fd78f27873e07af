output "bucket" {
  description = "Name of the bucket."
  value       = local.bucket

  # Whoever reads the bucket's name finds it closed
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
  ]
}

output "objects" {
  description = "Where each object lies: bucket, key and the version_id that was uploaded, by the names of var.objects and var.versioned_objects."
  value = {
    for name, object in local.objects : name => {
      bucket     = object.bucket
      key        = object.key
      version_id = local.versions[name]
    }
  }

  # A condition of the output and not of the objects: if an object could not be written, the user should read that error alone. In a bucket
  # without versioning, an object's version is "". It is "null" if the object is older than versioning, until it is copied onto itself.
  precondition {
    condition     = length(local.unversioned) == 0
    error_message = local.words
  }
}
