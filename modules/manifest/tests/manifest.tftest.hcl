# Manifests and artifacts that the plan accepts or refuses.

mock_provider "aws" {}

variables {
  mode = "s3"
}

run "a_complete_manifest_is_accepted" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
  }

  assert {
    condition     = output.parts.runtime == "python3.13" && output.parts.architecture == "x86_64"
    error_message = "The runtime and the architecture must be those of the layer and the function."
  }
  assert {
    condition     = output.parts.function.path == "function-s3.zip" && output.parts.function.unzipped_bytes == 40000
    error_message = "The function must be the one for mode = \"s3\"."
  }
  assert {
    condition     = length(output.parts.model.answer_bytes) == 0 && output.parts.model.methods == null
    error_message = "Without a signature, the sizes of the answers and the methods must be unknown."
  }
}

run "the_signature_gives_the_maximum_sizes_of_the_answers" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/with-signature"
  }

  assert {
    # predict_proba: 40 numbers of 26 bytes, including the separators, and 4 bytes for the row. predict: a class of 9 letters, one of which
    # is not ASCII, and 4 bytes for the row.
    condition     = output.parts.model.answer_bytes == { predict_proba = 40 * 26 + 4, predict = 12 * 3 + 2 + 4 }
    error_message = "The sizes must follow from the signature. They are: ${jsonencode(output.parts.model.answer_bytes)}."
  }
  assert {
    condition     = output.parts.model.method == "predict" && contains(output.parts.model.methods, "decision_function")
    error_message = "The method and the methods must come from the signature."
  }
}

run "a_missing_manifest_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/never-built"
  }

  expect_failures = [output.parts]
}

run "a_manifest_that_is_not_json_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/not-json"
  }

  expect_failures = [output.parts]
}

run "another_schema_version_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/other-schema-version"
  }

  expect_failures = [output.parts]
}

run "a_layer_without_its_size_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/layer-without-size"
  }

  expect_failures = [output.parts]
}

run "a_function_without_its_digest_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/function-without-digest"
  }

  expect_failures = [output.parts]
}

run "a_model_without_a_path_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/model-without-path"
  }

  expect_failures = [output.parts]
}

run "a_model_without_a_scikit_learn_version_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/model-without-version"
  }

  expect_failures = [output.parts]
}

run "a_manifest_that_is_a_folder_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/malformed/is-a-folder"
  }

  expect_failures = [output.parts]
}

run "an_artifacts_dir_that_is_a_file_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete/model.pkl"
  }

  expect_failures = [output.parts]
}

run "a_manifest_without_a_layer_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-layer"
  }

  expect_failures = [output.parts]
}

run "a_manifest_without_a_function_for_the_mode_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-function"
  }

  expect_failures = [output.parts]
}

run "a_manifest_without_a_model_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-model"
  }

  expect_failures = [output.parts]
}

run "the_manifest_needs_no_model_if_the_model_is_already_in_s3" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-model"
    model         = {}
  }
}

run "a_missing_zip_file_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/zip-not-there"
  }

  expect_failures = [output.parts]
}

run "a_zip_file_that_is_a_folder_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/zip-is-a-folder"
  }

  expect_failures = [output.parts]
}

run "a_layer_with_one_bit_flipped_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/layer"
  }

  expect_failures = [output.parts]
}

run "a_function_with_one_bit_flipped_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/function"
  }

  expect_failures = [output.parts]
}

run "a_model_with_one_bit_flipped_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/model"
  }

  expect_failures = [output.parts]
}

run "a_damaged_layer_that_is_not_deployed_is_ignored" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/layer"
    needs_layer   = false
  }

  assert {
    condition     = output.parts.function.path == "../../complete/function-s3.zip"
    error_message = "The plan must succeed, because the damaged part is not deployed."
  }
}

run "a_damaged_model_that_is_not_deployed_is_ignored" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/damaged/model"
    model         = {}
  }

  assert {
    condition     = output.parts.function.path == "../../complete/function-s3.zip"
    error_message = "The plan must succeed, because the damaged part is not deployed."
  }
}

run "a_layer_and_a_function_for_different_runtimes_are_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/other-runtime"
  }

  expect_failures = [output.parts]
}

run "a_layer_and_a_function_for_different_architectures_are_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/other-architecture"
  }

  expect_failures = [output.parts]
}

run "a_model_fitted_with_another_scikit_learn_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/other-sklearn"
  }

  expect_failures = [output.parts]
}

run "a_model_in_s3_fitted_with_another_scikit_learn_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    model         = { sklearn_version = "1.5.0" }
  }

  expect_failures = [output.parts]
}

run "a_model_in_s3_fitted_with_the_same_scikit_learn_is_accepted" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    model         = { sklearn_version = "1.7.2" }
  }
}

run "a_model_in_s3_with_mode_bundle_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    mode          = "bundle"
    model         = {}
  }

  expect_failures = [output.parts]
}

run "an_unknown_mode_is_refused" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/complete"
    mode          = "image"
  }

  expect_failures = [var.mode]
}

run "artifacts_in_s3_are_deployed_from_there" {
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
    error_message = "The manifest must be read from the prefix in artifacts_dir."
  }
  assert {
    condition = output.objects == {
      function = { bucket = "models", key = "churn/2026-11/function-s3.zip", version_id = "v3" }
      layer    = { bucket = "models", key = "churn/2026-11/layer.zip", version_id = "v3" }
      model    = { bucket = "models", key = "churn/2026-11/model.pkl", version_id = "v3" }
    }
    error_message = "The parts must be in the same prefix, each with its version."
  }
}

run "only_the_parts_that_are_deployed_are_looked_up_in_s3" {
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
    error_message = "Only the function must be looked up. Without versioning, its version must be null."
  }
}

run "a_manifest_in_s3_that_is_not_json_is_refused" {
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

run "an_artifacts_dir_in_s3_without_a_bucket_is_refused" {
  command = plan

  variables {
    artifacts_dir = "s3:///churn"
  }

  expect_failures = [var.artifacts_dir]
}

run "the_manifest_needs_no_layer_if_existing_layers_are_used" {
  command = plan

  variables {
    artifacts_dir = "../../tests/fixtures/artifacts/no-layer"
    needs_layer   = false
  }

  assert {
    condition     = output.parts.runtime == "python3.13"
    error_message = "The runtime must be that of the function."
  }
}
