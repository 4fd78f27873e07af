# The layer version, and the settings that are refused.

mock_provider "aws" {}

run "the_layer_version_remains_when_it_is_replaced" {
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
    error_message = "Terraform must not delete the layer version, because published versions of functions still use it."
  }
  assert {
    condition = (
      aws_lambda_layer_version.this.compatible_runtimes == toset(["python3.13"]) &&
      aws_lambda_layer_version.this.compatible_architectures == toset(["arm64"])
    )
    error_message = "The layer version must be compatible with the runtime and the architecture that it was built for."
  }
  assert {
    condition     = aws_lambda_layer_version.this.s3_object_version == "v1"
    error_message = "The layer version must contain the given version of the object."
  }
}

run "a_name_with_a_space_is_refused" {
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
