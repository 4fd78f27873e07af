locals {
  # In a bucket that others use, too, all lies below the name and a mark of this deployment: the same name in another workspace, region or
  # account has another mark. When the provider deletes an object, it deletes every version of its key, whoever wrote them.
  prefix = var.existing_bucket == null ? "" : "${var.name}/${substr(terraform_data.deployment[0].id, 0, 8)}/"

  objects  = merge(aws_s3_object.this, aws_s3_object.versioned)
  versions = { for name, kept in terraform_data.version : name => contains(["", "null"], coalesce(kept.output, "null")) ? null : kept.output }

  # What is uploaded in place of a file, so that the object stays, and with it the versions before
  nothing = "The function as it is deployed now does not read this object. Earlier versions of it are models that earlier versions of the function read.\n"

  unversioned = [
    for name, object in var.versioned_objects : aws_s3_object.versioned[name].key if object.source != null && local.versions[name] == null
  ]
  words = join("\n", concat(
    [
      "The bucket ${local.bucket} keeps no versions, and a function that was deployed before could no longer read its model.",
      "Try this, and then apply again:",
      "  aws s3api put-bucket-versioning --bucket ${local.bucket} --versioning-configuration Status=Enabled",
    ],
    [for key in local.unversioned : "  aws s3 cp s3://${local.bucket}/${key} s3://${local.bucket}/${key} --metadata-directive REPLACE"],
  ))
}

resource "terraform_data" "deployment" {
  count = var.existing_bucket == null ? 0 : 1
}

resource "aws_s3_object" "this" {
  for_each = var.objects

  bucket = local.bucket
  key    = "${local.prefix}${each.value.key}"

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
    aws_s3_bucket_lifecycle_configuration.this,
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
  triggers_replace = [local.bucket, "${local.prefix}${each.value.key}", each.value.sha256]

  lifecycle {
    ignore_changes = [input]
  }
}

# One key for ever: new bytes are a new version of the object, and the versions before it stay until the object is destroyed. So the model
# of every published version of the function stays, and a rollback is a change of the alias alone. (Under a key of its own, an older model
# would be deleted when the key changes, by the provider, with all its versions.) And an object without a source stays, too: there may be
# versions of it from when it had one.
resource "aws_s3_object" "versioned" {
  for_each = var.versioned_objects

  bucket = local.bucket
  key    = "${local.prefix}${each.value.key}"

  source      = each.value.source == null ? null : terraform_data.source[each.key].output
  content     = each.value.source == null ? local.nothing : null
  source_hash = each.value.source == null ? sha256(local.nothing) : each.value.sha256

  override_provider {
    default_tags {
      tags = {}
    }
  }

  depends_on = [
    aws_s3_bucket_lifecycle_configuration.this,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]

  lifecycle {
    # In another bucket it is there before the function is told, and the old one goes after that
    create_before_destroy = true
  }
}

# The version that each object had when it was uploaded. When Terraform refreshes an object, it takes over whatever version is the newest
# then. If somebody else wrote to the key, their bytes would be deployed under the digest of ours, which the handler refuses. So the version
# is kept here, and taken anew when this configuration writes the object (its version is not known then, nor is the trigger), and when the
# bucket begins to keep versions.
resource "terraform_data" "version" {
  for_each = toset(concat(keys(var.objects), keys(var.versioned_objects)))

  input            = local.objects[each.key].version_id
  triggers_replace = [contains(["", "null"], coalesce(local.objects[each.key].version_id, "null"))]

  lifecycle {
    ignore_changes = [input]
  }
}
