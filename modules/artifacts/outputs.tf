output "bucket" {
  description = "Name of the bucket."
  value       = local.bucket

  # The bucket must be protected before anything else uses its name
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
  ]
}

output "objects" {
  description = "Bucket, key, and uploaded version (`version_id`) of each object, by the names in `objects` and `versioned_objects`."
  value = {
    for name, object in local.objects : name => {
      bucket     = object.bucket
      key        = object.key
      version_id = local.versions[name]
    }
  }

  # A precondition of the output, and not a postcondition of the objects, so that it adds nothing to the error if an upload fails. Without
  # versioning, the version ID of an object is "". If the object was uploaded before versioning was enabled, its version ID is "null" until
  # the object is copied onto itself.
  precondition {
    condition     = length(local.unversioned) == 0
    error_message = local.unversioned_message
  }
}
