# The root in mode bundle.

mock_provider "aws" {}

variables {
  artifacts_dir = "tests/fixtures/artifacts/complete"
  mode          = "bundle"
}

run "the_model_travels_in_the_zip" {
  command = plan

  assert {
    condition     = toset(keys(local.objects)) == toset(["function", "layer"])
    error_message = "Mode bundle uploads no model ..."
  }
  assert {
    condition     = local.versioned_objects["model"] == { key = "model/model", source = tostring(null), sha256 = tostring(null) }
    error_message = "... and keeps those of earlier versions of the function, which were deployed in mode s3."
  }
  assert {
    condition     = endswith(local.objects["function"].source, "/function-bundle.zip")
    error_message = "Mode bundle deploys the zip with the model."
  }
  assert {
    condition     = local.model.file == "model.pkl" && !can(local.model.bucket)
    error_message = "The function reads the model by its name in the zip."
  }
  assert {
    condition = output.model_version == {
      sha256     = "c19fae9a84697fd3fd20d77f4b5733e6f9690f1b81002d8c8efe16bdc0cc86f9"
      version_id = null
    }
    error_message = "The model has a digest, and no version in S3."
  }
}
