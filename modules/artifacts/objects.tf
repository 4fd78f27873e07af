locals {
  # In an existing bucket, the keys begin with the name and an identifier of this deployment. A deployment of the same name in another
  # workspace, Region, or account has another identifier. Deployments must not share keys: to delete an object, the provider deletes all
  # versions of its key, no matter who wrote them.
  prefix = var.bucket.existing == null ? "" : "${var.name}/${substr(terraform_data.deployment[0].id, 0, 8)}/"

  objects = merge(aws_s3_object.this, aws_s3_object.versioned)
  versions = {
    for name, stored in terraform_data.version :
    name => contains(["", "null"], coalesce(stored.output, "null")) ? null : stored.output
  }

  # Uploaded if there is no file to upload, so that the object and its earlier versions remain
  placeholder = join(" ", [
    "The function as it is deployed now does not read this object.",
    "Earlier versions of it are models that earlier versions of the function read.\n",
  ])

  unversioned = [
    for name, object in var.versioned_objects : aws_s3_object.versioned[name].key
    if object.source != null && local.versions[name] == null
  ]
  unversioned_message = join("\n", concat(
    [
      join(" ", [
        "Versioning is not enabled on the bucket ${local.bucket}.",
        "A new model would replace the model that earlier versions of the function read.",
      ]),
      "Run these commands, and then apply again:",
      "  aws s3api put-bucket-versioning --bucket ${local.bucket} --versioning-configuration Status=Enabled",
    ],
    [for key in local.unversioned : "  aws s3 cp s3://${local.bucket}/${key} s3://${local.bucket}/${key} --metadata-directive REPLACE"],
  ))
}

resource "terraform_data" "deployment" {
  count = var.bucket.existing == null ? 0 : 1
}

resource "aws_s3_object" "this" {
  for_each = var.objects

  bucket = local.bucket
  key    = "${local.prefix}${each.value.key}"

  source      = each.value.source
  source_hash = each.value.sha256

  # The object has no tags. S3 allows 10 tags on an object and AWS allows 50 on other resources, so an eleventh tag from the caller or from
  # the provider's default_tags would stop an apply halfway.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # An object that is uploaded before versioning is enabled has the version "null", which cannot be pinned. Before the other settings exist,
  # it would not be encrypted with the caller's key, and might be public for a moment. The lifecycle configuration is not among them: it
  # protects nothing, and the provider takes a minute to see that S3 has it.
  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]

  lifecycle {
    # The function reads the old object until it is updated
    create_before_destroy = true

    # The key and the hash identify the content, so the same content in another folder is not a change
    ignore_changes = [source]
  }
}

# The path of the file that was last uploaded to each object. The object cannot ignore changes of its source as the objects above do,
# because an update in place would then upload the file at the old path. Instead, the path is stored here, and is updated only if the object
# has new content, a new key, or a new bucket.
resource "terraform_data" "source" {
  for_each = var.versioned_objects

  input            = each.value.source
  triggers_replace = [local.bucket, "${local.prefix}${each.value.key}", each.value.sha256]

  lifecycle {
    ignore_changes = [input]
  }
}

# The key never changes. New content becomes a new version of the object, and earlier versions remain until the object is destroyed. The
# models of all published versions of the function therefore remain, and a rollback only changes the alias. (If each model had a key of its
# own, the provider would delete the old object with all its versions when the key changes.) An object without a source also remains,
# because it may have versions from the time when it had one.
resource "aws_s3_object" "versioned" {
  for_each = var.versioned_objects

  bucket = local.bucket
  key    = "${local.prefix}${each.value.key}"

  source      = each.value.source == null ? null : terraform_data.source[each.key].output
  content     = each.value.source == null ? local.placeholder : null
  source_hash = each.value.source == null ? sha256(local.placeholder) : each.value.sha256

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

  lifecycle {
    # If the bucket changes, the object in the new bucket exists before the function is updated, and the old one is deleted after that
    create_before_destroy = true
  }
}

# The version that each object had when it was uploaded. When Terraform refreshes an object, it reads the latest version. If somebody else
# wrote to the key, Terraform would deploy their content with the digest of ours, which the handler refuses. The version is therefore stored
# here. It is updated when this configuration uploads the object, because the version and the trigger are then unknown until apply, and when
# versioning is enabled on the bucket.
resource "terraform_data" "version" {
  for_each = toset(concat(keys(var.objects), keys(var.versioned_objects)))

  input            = local.objects[each.key].version_id
  triggers_replace = [contains(["", "null"], coalesce(local.objects[each.key].version_id, "null"))]

  lifecycle {
    ignore_changes = [input]
  }
}
