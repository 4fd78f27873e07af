resource "aws_s3_object" "this" {
  for_each = var.objects

  bucket = local.bucket
  key    = each.value.key

  source      = each.value.source
  source_hash = each.value.sha256

  # Untagged: S3 takes 10 tags on an object and 50 on all else, so that an eleventh, of the caller or of the provider's default_tags, would
  # stop an apply halfway
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # An object that is uploaded before the bucket is versioned has the version "null", which cannot be pinned. Before the other settings are
  # made, it would not be encrypted with the caller's key, and could be public for a moment.
  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]

  lifecycle {
    # The function reads the old object until it is told of the new one
    create_before_destroy = true

    # The key and the hash say what the bytes are: the same bytes in another folder are no change
    ignore_changes = [source]
  }
}

# The path that an object's bytes were last read from. The object cannot ignore changes of its source as those above do: an update in place
# would upload the ignored path's bytes. So the path is kept here, and taken anew whenever the object is written anew.
resource "terraform_data" "source" {
  for_each = var.versioned_objects

  input            = each.value.source
  triggers_replace = [local.bucket, each.value.key, each.value.sha256]

  lifecycle {
    ignore_changes = [input]
  }
}

# One key for ever: new bytes are a new version of the object, and the versions before it stay until the object is destroyed. So the model
# of every published version of the function stays, and a rollback is a change of the alias alone. (Under a key of its own, an older model
# would be deleted when the key changes, by the provider, with all its versions.)
resource "aws_s3_object" "versioned" {
  for_each = var.versioned_objects

  bucket = local.bucket
  key    = each.value.key

  source      = terraform_data.source[each.key].output
  source_hash = each.value.sha256

  override_provider {
    default_tags {
      tags = {}
    }
  }

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}
