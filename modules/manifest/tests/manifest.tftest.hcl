# What is wrong with the artifacts is said at plan, before anything else is planned.

mock_provider "aws" {}

variables {
  mode = "s3"
}

run "a_complete_manifest_passes" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
  }

  assert {
    condition     = output.parts.runtime == "python3.13" && output.parts.architecture == "x86_64"
    error_message = "Runtime and architecture are the layer's."
  }
  assert {
    condition     = output.parts.function.path == "function-s3.zip" && output.parts.function.unzipped_bytes == 40000
    error_message = "The function is the mode's."
  }
  assert {
    condition     = length(output.parts.model.answer_bytes) == 0 && output.parts.model.methods == null
    error_message = "Without a signature, nothing is known of the answers."
  }
}

run "how_long_answers_may_be" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/with-signature"
  }

  assert {
    # 40 numbers of 26 bytes with what follows them, and the brackets of a list; a class of 9 letters, one of which is not ASCII
    condition     = output.parts.model.answer_bytes == { predict_proba = 40 * 26 + 4, predict = 12 * 3 + 2 + 4 }
    error_message = "Of what packaging knows: ${jsonencode(output.parts.model.answer_bytes)}."
  }
  assert {
    condition     = output.parts.model.method == "predict" && contains(output.parts.model.methods, "decision_function")
    error_message = "The signature says what answers."
  }
}

run "no_manifest" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/never-built"
  }

  expect_failures = [output.parts]
}

run "a_manifest_that_is_not_json" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/not-json"
  }

  expect_failures = [output.parts]
}

run "a_manifest_of_another_schema_version" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/other-schema-version"
  }

  expect_failures = [output.parts]
}

run "a_layer_without_its_size" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/layer-without-size"
  }

  expect_failures = [output.parts]
}

run "a_function_without_its_digest" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/function-without-digest"
  }

  expect_failures = [output.parts]
}

run "a_model_without_a_path" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/model-without-path"
  }

  expect_failures = [output.parts]
}

run "a_model_without_a_scikit_learn_version" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/model-without-version"
  }

  expect_failures = [output.parts]
}

run "a_manifest_that_is_a_folder" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/is-a-folder"
  }

  expect_failures = [output.parts]
}

run "artifacts_in_a_file" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete/model.pkl"
  }

  expect_failures = [output.parts]
}

run "no_layer_was_built" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-layer"
  }

  expect_failures = [output.parts]
}

run "the_mode_was_never_packaged" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-function"
  }

  expect_failures = [output.parts]
}

run "no_model_was_packaged" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-model"
  }

  expect_failures = [output.parts]
}

run "no_model_is_needed_when_it_is_in_s3_already" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-model"
    model         = {}
  }
}

run "a_zip_that_is_not_there" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/zip-not-there"
  }

  expect_failures = [output.parts]
}

run "a_zip_that_is_a_folder" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/zip-is-a-folder"
  }

  expect_failures = [output.parts]
}

run "a_layer_with_one_bit_flipped" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/layer"
  }

  expect_failures = [output.parts]
}

run "a_function_with_one_bit_flipped" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/function"
  }

  expect_failures = [output.parts]
}

run "a_model_with_one_bit_flipped" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/model"
  }

  expect_failures = [output.parts]
}

run "a_damaged_layer_that_is_not_deployed" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/layer"
    needs_layer   = false
  }

  assert {
    condition     = output.parts.function.path == "../../complete/function-s3.zip"
    error_message = "What is not deployed may be damaged."
  }
}

run "a_damaged_model_that_is_not_deployed" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/model"
    model         = {}
  }

  assert {
    condition     = output.parts.function.path == "../../complete/function-s3.zip"
    error_message = "What is not deployed may be damaged."
  }
}

run "layer_and_function_for_different_runtimes" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/other-runtime"
  }

  expect_failures = [output.parts]
}

run "layer_and_function_for_different_architectures" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/other-architecture"
  }

  expect_failures = [output.parts]
}

run "a_model_of_another_scikit_learn" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/other-sklearn"
  }

  expect_failures = [output.parts]
}

run "a_stored_model_of_another_scikit_learn" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    model         = { sklearn_version = "1.5.0" }
  }

  expect_failures = [output.parts]
}

run "a_stored_model_of_the_same_scikit_learn" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    model         = { sklearn_version = "1.7.2" }
  }
}

run "a_stored_model_in_mode_bundle" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    mode          = "bundle"
    model         = {}
  }

  expect_failures = [output.parts]
}

run "a_mode_that_does_not_exist" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    mode          = "image"
  }

  expect_failures = [var.mode]
}

run "what_is_in_s3_is_deployed_from_there" {
  variables {
    artifacts_dir = "s3://models/churn/2026-11/"
  }

  override_data {
    target = data.aws_s3_object.manifest
    values = {
      body = "{\"schema_version\":1,\"layer\":{\"path\":\"layer.zip\",\"sha256\":\"70fd\",\"sha256_base64\":\"cP0=\",\"unzipped_bytes\":200000000,\"runtime\":\"python3.13\",\"architecture\":\"x86_64\",\"packages\":{\"scikit-learn\":\"1.7.2\"}},\"functions\":{\"s3\":{\"path\":\"function-s3.zip\",\"sha256\":\"688f\",\"sha256_base64\":\"aI8=\",\"unzipped_bytes\":40000,\"runtime\":\"python3.13\",\"architecture\":\"x86_64\"}},\"model\":{\"path\":\"model.pkl\",\"sha256\":\"c19f\",\"bytes\":21,\"format\":\"pickle\",\"sklearn_version\":\"1.7.2\"}}"
    }
  }
  override_data {
    target = data.aws_s3_object.part
    values = { version_id = "v3" }
  }

  assert {
    condition     = data.aws_s3_object.manifest[0].bucket == "models" && data.aws_s3_object.manifest[0].key == "churn/2026-11/manifest.json"
    error_message = "The manifest is read from the prefix."
  }
  assert {
    condition = output.objects == {
      function = { bucket = "models", key = "churn/2026-11/function-s3.zip", version_id = "v3" }
      layer    = { bucket = "models", key = "churn/2026-11/layer.zip", version_id = "v3" }
      model    = { bucket = "models", key = "churn/2026-11/model.pkl", version_id = "v3" }
    }
    error_message = "The parts lie beside it, each at its version."
  }
}

run "in_s3_only_what_the_deployment_takes_is_looked_for" {
  variables {
    artifacts_dir = "s3://models"
    needs_layer   = false
    model         = { sklearn_version = "1.7.2" }
  }

  override_data {
    target = data.aws_s3_object.manifest
    values = {
      body = "{\"schema_version\":1,\"functions\":{\"s3\":{\"path\":\"function-s3.zip\",\"sha256\":\"688f\",\"sha256_base64\":\"aI8=\",\"unzipped_bytes\":40000,\"runtime\":\"python3.13\",\"architecture\":\"x86_64\"}}}"
    }
  }
  override_data {
    target = data.aws_s3_object.part
    values = { version_id = "null" }
  }

  assert {
    condition     = output.objects == { function = { bucket = "models", key = "function-s3.zip", version_id = tostring(null) } }
    error_message = "Neither layer nor model; and a bucket without versions has none to name."
  }
}

run "a_manifest_in_s3_that_is_none" {
  command = plan

  variables {
    artifacts_dir = "s3://models/churn"
  }

  override_data {
    target = data.aws_s3_object.manifest
    values = { body = "<html>" }
  }

  expect_failures = [output.parts]
}

run "a_place_in_s3_without_a_bucket" {
  command = plan

  variables {
    artifacts_dir = "s3:///churn"
  }

  expect_failures = [var.artifacts_dir]
}

run "a_layer_that_is_there_already_need_not_be_built" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-layer"
    needs_layer   = false
  }

  assert {
    condition     = output.parts.runtime == "python3.13"
    error_message = "The runtime is the function's."
  }
}
