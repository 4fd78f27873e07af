# What is wrong with the artifacts is said at plan, before anything else is planned.

variables {
  mode = "s3"
}

run "a_complete_manifest_passes" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/complete"
  }

  assert {
    condition     = output.parts.runtime == "python3.13" && output.parts.architecture == "x86_64"
    error_message = "Runtime and architecture are the layer's."
  }
  assert {
    condition     = output.parts.function.path == "function-s3.zip" && output.parts.function.unzipped_bytes == 40000
    error_message = "The function is the mode's."
  }
}

run "no_manifest" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/never-built"
  }

  expect_failures = [output.parts]
}

run "a_manifest_that_is_not_json" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/not-json"
  }

  expect_failures = [output.parts]
}

run "a_manifest_of_another_schema_version" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/other-schema-version"
  }

  expect_failures = [output.parts]
}

run "a_layer_without_its_size" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/layer-without-size"
  }

  expect_failures = [output.parts]
}

run "a_function_without_its_digest" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/function-without-digest"
  }

  expect_failures = [output.parts]
}

run "a_model_without_a_path" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/model-without-path"
  }

  expect_failures = [output.parts]
}

run "a_model_without_a_scikit_learn_version" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/model-without-version"
  }

  expect_failures = [output.parts]
}

run "a_manifest_that_is_a_folder" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/malformed/is-a-folder"
  }

  expect_failures = [output.parts]
}

run "artifacts_in_a_file" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/complete/model.pkl"
  }

  expect_failures = [output.parts]
}

run "no_layer_was_built" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/no-layer"
  }

  expect_failures = [output.parts]
}

run "the_mode_was_never_packaged" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/no-function"
  }

  expect_failures = [output.parts]
}

run "no_model_was_packaged" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/no-model"
  }

  expect_failures = [output.parts]
}

run "no_model_is_needed_when_it_is_in_s3_already" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/no-model"
    stored_model  = {}
  }
}

run "a_zip_that_is_not_there" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/zip-not-there"
  }

  expect_failures = [output.parts]
}

run "a_zip_that_is_a_folder" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/zip-is-a-folder"
  }

  expect_failures = [output.parts]
}

run "layer_and_function_for_different_runtimes" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/other-runtime"
  }

  expect_failures = [output.parts]
}

run "layer_and_function_for_different_architectures" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/other-architecture"
  }

  expect_failures = [output.parts]
}

run "a_model_of_another_scikit_learn" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/other-sklearn"
  }

  expect_failures = [output.parts]
}

run "a_stored_model_of_another_scikit_learn" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/complete"
    stored_model  = { sklearn_version = "1.5.0" }
  }

  expect_failures = [output.parts]
}

run "a_stored_model_of_the_same_scikit_learn" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/complete"
    stored_model  = { sklearn_version = "1.7.2" }
  }
}

run "a_stored_model_in_mode_bundle" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/complete"
    mode          = "bundle"
    stored_model  = {}
  }

  expect_failures = [output.parts]
}

run "a_mode_that_does_not_exist" {
  command = plan

  module {
    source = "./modules/manifest"
  }

  variables {
    artifacts_dir = "tests/fixtures/artifacts/complete"
    mode          = "image"
  }

  expect_failures = [var.mode]
}
