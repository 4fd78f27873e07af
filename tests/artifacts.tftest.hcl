# modules/artifacts and modules/layer alone.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { id = "churn-1", arn = "arn:aws:s3:::churn-1" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

run "the_bucket_is_closed" {
  module {
    source = "./modules/artifacts"
  }

  variables {
    name = "churn"
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket is versioned."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    ])
    error_message = "The bucket is encrypted."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Nothing in the bucket can be made public."
  }
  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists are off."
  }
  assert {
    condition = (
      data.aws_iam_policy_document.tls_only.statement[0].effect == "Deny" &&
      toset(data.aws_iam_policy_document.tls_only.statement[0].actions) == toset(["S3:*"]) &&
      toset(data.aws_iam_policy_document.tls_only.statement[0].resources) == toset(["arn:aws:s3:::churn-1", "arn:aws:s3:::churn-1/*"])
    )
    error_message = "All of S3 is denied on the bucket and its objects ..."
  }
  assert {
    condition = alltrue([
      for condition in data.aws_iam_policy_document.tls_only.statement[0].condition :
      condition.test == "Bool" && condition.variable == "aws:SecureTransport" && toset(condition.values) == toset(["false"])
    ])
    error_message = "... without TLS."
  }
}

run "a_long_name_is_cut_to_a_bucket_prefix" {
  command = plan

  module {
    source = "./modules/artifacts"
  }

  variables {
    name = "Churn_Model_With_A_Name_That_Goes_On_And_On_And_On"
  }

  assert {
    condition     = aws_s3_bucket.this.bucket_prefix == "churn-model-with-a-name-that-goes-on-"
    error_message = "Lower case, - for _, 37 characters."
  }
}

run "objects_are_uploaded_by_content" {
  command = plan

  module {
    source = "./modules/artifacts"
  }

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
    condition     = aws_s3_object.this["model"].source_hash == var.objects["model"].sha256 && aws_s3_object.this["model"].key == var.objects["model"].key
    error_message = "The digest is the object's hash and in its key."
  }
}

run "a_key_without_its_digest" {
  command = plan

  module {
    source = "./modules/artifacts"
  }

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

  module {
    source = "./modules/artifacts"
  }

  variables {
    name = "-churn"
  }

  expect_failures = [var.name]
}

run "the_layer_outlives_its_replacement" {
  command = plan

  module {
    source = "./modules/layer"
  }

  variables {
    name         = "churn-dependencies"
    runtime      = "python3.13"
    architecture = "arm64"
    package = {
      bucket        = "churn-1"
      key           = "layer/e3b0.zip"
      version_id    = "v1"
      sha256_base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
  }

  assert {
    condition     = aws_lambda_layer_version.this.skip_destroy
    error_message = "Published versions keep the layer that they were made with."
  }
  assert {
    condition = (
      aws_lambda_layer_version.this.compatible_runtimes == toset(["python3.13"]) &&
      aws_lambda_layer_version.this.compatible_architectures == toset(["arm64"])
    )
    error_message = "The layer says what it was built for."
  }
  assert {
    condition     = aws_lambda_layer_version.this.s3_object_version == "v1"
    error_message = "The layer is made of this version of the object."
  }
}

run "a_layer_name_that_aws_refuses" {
  command = plan

  module {
    source = "./modules/layer"
  }

  variables {
    name         = "churn dependencies for python3.13"
    runtime      = "python3.13"
    architecture = "arm64"
    package = {
      bucket        = "churn-1"
      key           = "layer/e3b0.zip"
      sha256_base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
  }

  expect_failures = [var.name]
}
