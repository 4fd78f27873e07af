# The layer version, and which settings are refused.

mock_provider "aws" {}

run "the_layer_outlives_its_replacement" {
  command = plan

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
