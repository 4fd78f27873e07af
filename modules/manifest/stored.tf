# dist/ that was copied to S3: the manifest is read from there, and what it names stays where it is. So plan and apply need no local file.

locals {
  # bucket and prefix of s3://bucket/some/prefix
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

# Their versions, where the bucket keeps any, so that what is deployed is what was planned
data "aws_s3_object" "part" {
  for_each = local.stored

  bucket = local.place.bucket
  key    = "${local.prefix}${each.value}"
}
