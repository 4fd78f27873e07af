# The root module with mode = "bundle", planned with a mocked provider.

mock_provider "aws" {}

variables {
  artifacts_dir = "tests/fixtures/artifacts/complete"
  mode          = "bundle"
}

run "the_deployment_package_contains_the_model" {
  command = plan

  assert {
    condition     = toset(keys(local.objects)) == toset(["function", "layer"])
    error_message = "Only the function and the layer must be uploaded."
  }
  assert {
    condition     = local.versioned_objects["model"] == { key = "model/model", source = tostring(null), sha256 = tostring(null) }
    error_message = "The object with the models of earlier versions must remain, because they may have been deployed with mode = \"s3\"."
  }
  assert {
    condition     = endswith(local.objects["function"].source, "/function-bundle.zip")
    error_message = "The function must be deployed from the zip file that contains the model."
  }
  assert {
    condition     = local.model.file == "model.pkl" && !can(local.model.bucket)
    error_message = "The function must read the model from a file in the deployment package."
  }
  assert {
    condition = output.model_version == {
      sha256     = "c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9"
      version_id = null
    }
    error_message = "The output model_version must contain the digest, and no version of an S3 object."
  }
}
