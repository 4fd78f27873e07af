# Artifacts that were copied to Amazon S3. The manifest is read from there, and the files that it names are deployed from there, so that
# plan and apply need no local file.

locals {
  # Bucket and prefix of s3://bucket/some/prefix
  place  = local.in_s3 ? regex("^s3://(?P<bucket>[^/]+)/?(?P<prefix>.*?)/?$", var.artifacts_dir) : { bucket = "", prefix = "" }
  prefix = local.place.prefix == "" ? "" : "${local.place.prefix}/"

  stored = local.in_s3 ? {
    for name in local.needed : name => local.parts[name].path if local.parts[name].path != ""
  } : {}
}

data "aws_s3_object" "manifest" {
  count = local.in_s3 ? 1 : 0

  bucket = local.place.bucket
  key    = "${local.prefix}manifest.json"
}

# Reads the version IDs of the objects, if the bucket is versioned, so that apply deploys the versions that were planned
data "aws_s3_object" "part" {
  for_each = local.stored

  bucket = local.place.bucket
  key    = "${local.prefix}${each.value}"
}
