resource "aws_s3_object" "this" {
  for_each = var.objects

  bucket = aws_s3_bucket.this.id
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

  # An object that is older than the bucket's versioning has the version "null", which cannot be pinned
  depends_on = [aws_s3_bucket_versioning.this]

  lifecycle {
    # The function reads the old object until it is told of the new one
    create_before_destroy = true

    # The key and the hash say what the bytes are: the same bytes in another folder are no change
    ignore_changes = [source]
  }
}
