# The bucket and its objects, and which settings are refused.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { id = "churn-1", arn = "arn:aws:s3:::churn-1" }
  }
  mock_resource "aws_s3_object" {
    defaults = { version_id = "v1" }
  }
}

run "the_bucket_is_closed" {
  variables {
    name = "churn"
  }

  assert {
    condition     = aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Enabled"
    error_message = "The bucket is versioned."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule :
      rule.status == "Enabled" && rule.abort_incomplete_multipart_upload[0].days_after_initiation == 7 && length(rule.noncurrent_version_expiration) == 0
    ])
    error_message = "What an interrupted upload left is removed after a week, and nothing else expires."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this[0].rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    ])
    error_message = "The bucket is encrypted."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this[0].block_public_acls,
      aws_s3_bucket_public_access_block.this[0].block_public_policy,
      aws_s3_bucket_public_access_block.this[0].ignore_public_acls,
      aws_s3_bucket_public_access_block.this[0].restrict_public_buckets,
    ])
    error_message = "Nothing in the bucket can be made public."
  }
  assert {
    condition     = aws_s3_bucket_ownership_controls.this[0].rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists are off."
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
    error_message = "Everybody is denied all of S3, on the bucket and its objects, without TLS."
  }
}

run "a_long_name_is_cut_to_a_bucket_prefix" {
  command = plan

  variables {
    name = "Churn_Model_With_A_Name_That_Goes_On_And_On_And_On"
  }

  assert {
    condition     = aws_s3_bucket.this[0].bucket_prefix == "churn-model-with-a-name-that-goes-on-"
    error_message = "Lower case, - for _, 37 characters."
  }
}

run "objects_are_uploaded_by_content" {
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
    error_message = "The digest is the object's hash and in its key."
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
    error_message = "One key, and the version that was written to it."
  }
  assert {
    condition     = aws_s3_object.versioned["model"].source == "first/model.pkl"
    error_message = "Its bytes are read from the folder that it was built in."
  }
}

run "the_same_bytes_in_another_folder_are_no_new_version" {
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
    error_message = "Nothing is uploaded."
  }
}

run "other_bytes_are_read_from_where_they_are" {
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
    error_message = "The new bytes, not those of the folder before."
  }
}

run "under_another_key_they_are_read_anew_too" {
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
    error_message = "The folder before may be gone."
  }
}

run "without_a_source_the_object_stays_for_its_earlier_versions" {
  variables {
    name              = "churn"
    versioned_objects = { model = { key = "fraud/model/model" } }
  }

  assert {
    condition     = aws_s3_object.versioned["model"].key == "fraud/model/model" && aws_s3_object.versioned["model"].source == null
    error_message = "The object is not destroyed, and reads no file."
  }
  assert {
    condition     = aws_s3_object.versioned["model"].source_hash == sha256(aws_s3_object.versioned["model"].content)
    error_message = "Its newest version is a line of text ..."
  }
  assert {
    condition     = strcontains(aws_s3_object.versioned["model"].content, "Earlier versions of it are models")
    error_message = "... that says what the others are."
  }
}

run "a_bucket_of_ones_own_is_used_as_it_is" {
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
    error_message = "No bucket is made, and the other is not changed."
  }
  assert {
    condition     = aws_s3_object.this["layer"].bucket == "models"
    error_message = "The object goes there ..."
  }
  assert {
    condition = can(regex(
      "^churn/[0-9a-f]{8}/layer/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855[.]zip$",
      output.objects["layer"].key,
    ))
    error_message = "... below the name and a mark of this deployment: the same name in another workspace has another."
  }
}

run "a_key_of_ones_own_encrypts_the_bucket" {
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
    error_message = "The bucket's objects are encrypted with the key."
  }
}

run "two_objects_of_one_name" {
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

run "objects_take_no_tags" {
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
    error_message = "The bucket has the tags."
  }
  assert {
    condition     = aws_s3_object.this["model"].tags == null
    error_message = "S3 takes 10 tags on an object: it gets none of the caller's ..."
  }
  assert {
    condition     = length(aws_s3_object.this["model"].override_provider[0].default_tags[0].tags) == 0
    error_message = "... and none of the provider's."
  }
}

run "a_key_without_its_digest" {
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

run "a_name_that_no_bucket_can_start_with" {
  command = plan

  variables {
    name = "-churn"
  }

  expect_failures = [var.name]
}

# Apart, with a bucket that answers without a version
run "a_bucket_that_keeps_no_versions" {
  variables {
    name            = "churn"
    existing_bucket = { name = "unversioned" }
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

run "a_bucket_as_the_organization_wants_it" {
  command = plan

  variables {
    name   = "churn"
    bucket = { prefix = "team-models-", force_destroy = true, noncurrent_versions = { days = 90, keep = 5 } }
  }

  assert {
    condition     = aws_s3_bucket.this[0].bucket_prefix == "team-models-" && aws_s3_bucket.this[0].force_destroy
    error_message = "Its name begins as was asked, and destroy empties it."
  }
  assert {
    condition = {
      for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule : rule.id => [
        for expiration in rule.noncurrent_version_expiration :
        "${expiration.newer_noncurrent_versions} after ${expiration.noncurrent_days} days"
      ]
    } == { "abort-incomplete-uploads" = [], "delete-earlier-models" = ["5 after 90 days"] }
    error_message = "Earlier models go after that time, but for the last five."
  }
}

run "settings_of_a_bucket_that_exists" {
  command = plan

  variables {
    name   = "churn"
    bucket = { existing = { name = "models" }, force_destroy = true }
  }

  expect_failures = [var.bucket]
}

run "a_prefix_that_s3_does_not_take" {
  command = plan

  variables {
    name   = "churn"
    bucket = { prefix = "Team_Models" }
  }

  expect_failures = [var.bucket]
}

run "more_models_than_a_rule_keeps" {
  command = plan

  variables {
    name   = "churn"
    bucket = { noncurrent_versions = { days = 90, keep = 101 } }
  }

  expect_failures = [var.bucket]
}

run "models_that_are_kept_for_no_day" {
  command = plan

  variables {
    name   = "churn"
    bucket = { noncurrent_versions = { days = 0 } }
  }

  expect_failures = [var.bucket]
}
