# The bucket, its objects, and the settings that are refused.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { id = "churn-1", arn = "arn:aws:s3:::churn-1" }
  }
  mock_resource "aws_s3_object" {
    defaults = { version_id = "v1" }
  }
}

run "the_bucket_is_private_encrypted_and_versioned" {
  variables {
    name = "churn"
  }

  assert {
    condition     = aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Enabled"
    error_message = "Versioning must be enabled."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule :
      rule.status == "Enabled" && rule.abort_incomplete_multipart_upload[0].days_after_initiation == 7 && length(rule.noncurrent_version_expiration) == 0
    ])
    error_message = "Incomplete uploads must expire after seven days, and nothing else may expire."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this[0].rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    ])
    error_message = "The bucket must be encrypted."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this[0].block_public_acls,
      aws_s3_bucket_public_access_block.this[0].block_public_policy,
      aws_s3_bucket_public_access_block.this[0].ignore_public_acls,
      aws_s3_bucket_public_access_block.this[0].restrict_public_buckets,
    ])
    error_message = "All public access must be blocked."
  }
  assert {
    condition     = aws_s3_bucket_ownership_controls.this[0].rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access control lists must be disabled."
  }
  assert {
    condition = jsondecode(aws_s3_bucket_policy.this[0].policy).Statement == [{
      Sid       = "DenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "S3:*"
      Resource  = ["arn:aws:s3:::churn-1", "arn:aws:s3:::churn-1/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "The bucket policy must deny all requests without TLS, for the bucket and its objects."
  }
}

run "a_long_name_is_shortened_to_a_bucket_prefix" {
  command = plan

  variables {
    name = "Churn_Model_With_A_Name_That_Goes_On_And_On_And_On"
  }

  assert {
    condition     = aws_s3_bucket.this[0].bucket_prefix == "churn-model-with-a-name-that-goes-on-"
    error_message = "The prefix must be in lowercase, with hyphens in place of underscores, and have 37 characters."
  }
}

run "objects_have_keys_that_contain_their_digest" {
  command = plan

  variables {
    name = "churn"
    objects = {
      model = {
        key    = "model/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/model.pkl"
        source = "model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  assert {
    condition = (
      aws_s3_object.this["model"].source_hash == var.objects["model"].sha256 &&
      aws_s3_object.this["model"].key == var.objects["model"].key
    )
    error_message = "The digest must be the object's source_hash and part of its key."
  }
}

run "a_versioned_object_keeps_its_key" {
  variables {
    name = "churn"
    versioned_objects = {
      model = {
        key    = "model/model"
        source = "first/model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  assert {
    condition     = aws_s3_object.versioned["model"].key == "model/model" && output.objects["model"].version_id == "v1"
    error_message = "The object must have the given key, and the output must contain the version that was uploaded."
  }
  assert {
    condition     = aws_s3_object.versioned["model"].source == "first/model.pkl"
    error_message = "The object must be read from the given path."
  }
}

run "the_same_content_in_another_folder_is_not_a_new_version" {
  variables {
    name = "churn"
    versioned_objects = {
      model = {
        key    = "model/model"
        source = "second/model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  assert {
    condition     = aws_s3_object.versioned["model"].source == "first/model.pkl"
    error_message = "The stored path must not change, so that nothing is uploaded."
  }
}

run "new_content_is_read_from_its_own_folder" {
  variables {
    name = "churn"
    versioned_objects = {
      model = {
        key    = "model/model"
        source = "third/model.pkl"
        sha256 = "c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9"
      }
    }
  }

  assert {
    condition     = aws_s3_object.versioned["model"].source == "third/model.pkl"
    error_message = "The object must be read from the new path."
  }
}

run "a_new_key_reads_the_file_at_its_current_path" {
  variables {
    name = "churn"
    versioned_objects = {
      model = {
        key    = "fraud/model/model"
        source = "fourth/model.pkl"
        sha256 = "c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9"
      }
    }
  }

  assert {
    condition     = aws_s3_object.versioned["model"].source == "fourth/model.pkl"
    error_message = "The object must be read from the current path, because the earlier path may no longer exist."
  }
}

run "without_a_source_the_object_keeps_its_earlier_versions" {
  variables {
    name              = "churn"
    versioned_objects = { model = { key = "fraud/model/model" } }
  }

  assert {
    condition     = aws_s3_object.versioned["model"].key == "fraud/model/model" && aws_s3_object.versioned["model"].source == null
    error_message = "The object must remain, and must not read a file."
  }
  assert {
    condition     = aws_s3_object.versioned["model"].source_hash == sha256(aws_s3_object.versioned["model"].content)
    error_message = "The latest version must be a text, with the digest of that text."
  }
  assert {
    condition     = strcontains(aws_s3_object.versioned["model"].content, "Earlier versions of it are models")
    error_message = "The text must say what the earlier versions are."
  }
}

run "an_existing_bucket_is_used_without_changes" {
  variables {
    name   = "churn"
    bucket = { existing = { name = "models" } }
    objects = {
      layer = {
        key    = "layer/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.zip"
        source = "layer.zip"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  assert {
    condition = (
      length(aws_s3_bucket.this) == 0 && length(aws_s3_bucket_policy.this) == 0 &&
      length(aws_s3_bucket_lifecycle_configuration.this) == 0 && output.bucket == "models"
    )
    error_message = "No bucket must be created, and the existing bucket must not be changed."
  }
  assert {
    condition     = aws_s3_object.this["layer"].bucket == "models"
    error_message = "The object must be uploaded to the existing bucket."
  }
  assert {
    condition = can(regex(
      "^churn/[0-9a-f]{8}/layer/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855[.]zip$",
      output.objects["layer"].key,
    ))
    error_message = "The key must begin with the name and an identifier of this deployment, because a deployment in another workspace can have the same name."
  }
}

run "a_customer_managed_key_encrypts_the_bucket" {
  command = plan

  variables {
    name        = "churn"
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this[0].rule :
      rule.bucket_key_enabled && rule.apply_server_side_encryption_by_default[0] == {
        kms_master_key_id = "arn:aws:kms:eu-central-1:123456789012:key/1"
        sse_algorithm     = "aws:kms"
      }
    ])
    error_message = "The bucket must encrypt objects with the key."
  }
}

run "a_name_in_both_objects_and_versioned_objects_is_refused" {
  command = plan

  variables {
    name = "churn"
    objects = {
      model = {
        key    = "model/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        source = "model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
    versioned_objects = {
      model = {
        key    = "model/model"
        source = "model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  expect_failures = [var.versioned_objects]
}

run "objects_have_no_tags" {
  command = plan

  variables {
    name = "churn"
    tags = { for number in range(11) : "tag-${number}" => "x" }
    objects = {
      model = {
        key    = "model/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/model.pkl"
        source = "model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  assert {
    condition     = length(aws_s3_bucket.this[0].tags) == 11
    error_message = "The bucket must have all 11 tags."
  }
  assert {
    condition     = aws_s3_object.this["model"].tags == null
    error_message = "The object must not have the tags of the caller, because S3 allows only 10 tags on an object."
  }
  assert {
    condition     = length(aws_s3_object.this["model"].override_provider[0].default_tags[0].tags) == 0
    error_message = "The object must not have the default tags of the provider."
  }
}

run "a_key_that_does_not_contain_its_digest_is_refused" {
  command = plan

  variables {
    name = "churn"
    objects = {
      model = {
        key    = "model.pkl"
        source = "model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  expect_failures = [var.objects]
}

run "a_name_that_starts_with_a_hyphen_is_refused" {
  command = plan

  variables {
    name = "-churn"
  }

  expect_failures = [var.name]
}

# Without versioning, S3 returns no version ID
run "a_bucket_without_versioning_is_refused" {
  variables {
    name   = "churn"
    bucket = { existing = { name = "unversioned" } }
    versioned_objects = {
      model = {
        key    = "model/model"
        source = "model.pkl"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      }
    }
  }

  override_resource {
    target = aws_s3_object.versioned
    values = { version_id = "" }
  }

  expect_failures = [output.objects]
}

run "the_bucket_can_have_a_prefix_an_expiration_and_force_destroy" {
  command = plan

  variables {
    name   = "churn"
    bucket = { prefix = "team-models-", force_destroy = true, noncurrent_versions = { days = 90, keep = 5 } }
  }

  assert {
    condition     = aws_s3_bucket.this[0].bucket_prefix == "team-models-" && aws_s3_bucket.this[0].force_destroy
    error_message = "The bucket must have the given prefix, and destroy must delete its objects."
  }
  assert {
    condition = {
      for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule : rule.id => [
        for expiration in rule.noncurrent_version_expiration :
        "${expiration.newer_noncurrent_versions} after ${expiration.noncurrent_days} days"
      ]
    } == { "abort-incomplete-uploads" = [], "delete-earlier-models" = ["5 after 90 days"] }
    error_message = "Earlier models must expire after 90 days, except for the latest five."
  }
}

run "settings_of_a_new_bucket_are_refused_for_an_existing_bucket" {
  command = plan

  variables {
    name   = "churn"
    bucket = { existing = { name = "models" }, force_destroy = true }
  }

  expect_failures = [var.bucket]
}

run "a_bucket_prefix_that_s3_does_not_allow_is_refused" {
  command = plan

  variables {
    name   = "churn"
    bucket = { prefix = "Team_Models" }
  }

  expect_failures = [var.bucket]
}

run "more_than_100_noncurrent_versions_are_refused" {
  command = plan

  variables {
    name   = "churn"
    bucket = { noncurrent_versions = { days = 90, keep = 101 } }
  }

  expect_failures = [var.bucket]
}

run "an_expiration_after_0_days_is_refused" {
  command = plan

  variables {
    name   = "churn"
    bucket = { noncurrent_versions = { days = 0 } }
  }

  expect_failures = [var.bucket]
}
