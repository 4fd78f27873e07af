resource "aws_s3_object" "this" {
  for_each = var.objects

  bucket = aws_s3_bucket.this.id
  key    = each.value.key

  source      = each.value.source
  source_hash = each.value.sha256

  tags = var.tags

  # An object that is older than the bucket's versioning has the version "null", which cannot be pinned
  depends_on = [aws_s3_bucket_versioning.this]

  lifecycle {
    # The function reads the old object until it is told of the new one
    create_before_destroy = true

    # The key and the hash say what the bytes are: the same bytes in another folder are no change
    ignore_changes = [source]
  }
}
