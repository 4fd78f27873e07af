# The version that the alias points to, canaries, and SnapStart.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "the_alias_can_stay_at_a_version_and_send_a_share_to_the_latest" {
  variables {
    live_version = "3"
    canary       = { weight = 0.1 }
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "3" && output.version == "3" && output.newest_version == "7"
    error_message = "The alias must point to live_version."
  }
  assert {
    condition     = aws_lambda_alias.this.routing_config[0].additional_version_weights == tomap({ "7" = 0.1 })
    error_message = "The latest version must receive one tenth of the calls."
  }
}

run "a_canary_can_be_an_earlier_version" {
  variables {
    canary = { version = "6", weight = 0.5 }
  }

  assert {
    condition = (
      aws_lambda_alias.this.function_version == "7" &&
      aws_lambda_alias.this.routing_config[0].additional_version_weights == tomap({ "6" = 0.5 })
    )
    error_message = "Version 6 must receive half of the calls."
  }
}

# The plan can refuse it, because the runs above stored the latest version in the state

run "a_live_version_that_is_not_published_is_refused" {
  command = plan

  variables {
    live_version = "8"
  }

  expect_failures = [aws_lambda_alias.this]
}

# The plan can refuse it, because the runs above stored the latest version in the state

run "a_canary_that_is_the_live_version_is_refused" {
  command = plan

  variables {
    live_version = "7"
    canary       = { weight = 0.1 }
  }

  expect_failures = [aws_lambda_alias.this]
}

run "snapstart_applies_to_published_versions" {
  command = plan

  variables {
    snap_start = true
    runtime    = "python3.12"
  }

  assert {
    condition     = aws_lambda_function.this.snap_start[0].apply_on == "PublishedVersions"
    error_message = "SnapStart must apply to published versions."
  }
}

run "snapstart_with_python_3_11_is_refused" {
  command = plan

  variables {
    snap_start = true
    runtime    = "python3.11"
  }

  expect_failures = [aws_lambda_function.this]
}

run "snapstart_with_more_than_512_mb_of_ephemeral_storage_is_refused" {
  command = plan

  variables {
    snap_start             = true
    ephemeral_storage_size = 513
  }

  expect_failures = [aws_lambda_function.this]
}

run "every_change_publishes_a_version_and_moves_the_alias" {
  assert {
    condition = (
      aws_lambda_function.this.publish &&
      aws_lambda_alias.this.name == "live" && aws_lambda_alias.this.function_version == "7"
    )
    error_message = "The alias live must point to the version that was just published."
  }
  assert {
    condition = (
      aws_lambda_function.this.handler == "handler.lambda_handler" &&
      toset(aws_lambda_function.this.architectures) == toset(["arm64"])
    )
    error_message = "The function must have the handler and the architecture of the deployment package."
  }
  assert {
    condition = (
      aws_lambda_function.this.source_code_hash == var.package.sha256_base64 &&
      aws_lambda_function.this.s3_object_version == "v1"
    )
    error_message = "The code must be the given version of the object."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.this[0].name == "/aws/lambda/churn" &&
      aws_cloudwatch_log_group.this[0].retention_in_days == 30
    )
    error_message = "The log group must have the name that Lambda uses by default, and its logs must expire after 30 days."
  }
}

run "a_live_version_of_latest_is_refused" {
  command = plan

  variables {
    live_version = "$LATEST"
  }

  expect_failures = [var.live_version]
}

run "a_canary_version_that_is_not_a_number_is_refused" {
  command = plan

  variables {
    canary = { version = "next", weight = 0.1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_weight_of_1_is_refused" {
  command = plan

  variables {
    live_version = "3"
    canary       = { weight = 1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_without_a_second_version_is_refused" {
  command = plan

  variables {
    canary = { weight = 0.1 }
  }

  expect_failures = [var.canary]
}
