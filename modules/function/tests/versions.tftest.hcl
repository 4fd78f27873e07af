# Which version the alias points to, canaries, and SnapStart.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "live_is_pinned_and_the_newest_tried_on_a_tenth" {
  variables {
    live_version = "3"
    canary       = { weight = 0.1 }
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "3" && output.version == "3" && output.newest_version == "7"
    error_message = "The alias stays at the version that was given."
  }
  assert {
    condition     = aws_lambda_alias.this.routing_config[0].additional_version_weights == tomap({ "7" = 0.1 })
    error_message = "The newest gets its part."
  }
}

run "a_canary_of_an_earlier_version" {
  variables {
    canary = { version = "6", weight = 0.5 }
  }

  assert {
    condition = (
      aws_lambda_alias.this.function_version == "7" &&
      aws_lambda_alias.this.routing_config[0].additional_version_weights == tomap({ "6" = 0.5 })
    )
    error_message = "Half of the calls go back to the version before."
  }
}

# At plan, as the version of the runs before is in the state

run "a_version_that_is_not_published_yet" {
  command = plan

  variables {
    live_version = "8"
  }

  expect_failures = [aws_lambda_alias.this]
}

# At plan, as the version of the runs before is in the state

run "a_canary_of_the_live_version" {
  command = plan

  variables {
    live_version = "7"
    canary       = { weight = 0.1 }
  }

  expect_failures = [aws_lambda_alias.this]
}

run "snapstart_is_of_published_versions" {
  command = plan

  variables {
    snap_start = true
    runtime    = "python3.12"
  }

  assert {
    condition     = aws_lambda_function.this.snap_start[0].apply_on == "PublishedVersions"
    error_message = "Each version starts from its snapshot."
  }
}

run "snapstart_of_an_older_runtime" {
  command = plan

  variables {
    snap_start = true
    runtime    = "python3.11"
  }

  expect_failures = [aws_lambda_function.this]
}

run "snapstart_with_a_larger_tmp" {
  command = plan

  variables {
    snap_start             = true
    ephemeral_storage_size = 513
  }

  expect_failures = [aws_lambda_function.this]
}

run "every_apply_publishes_and_the_alias_follows" {
  assert {
    condition = (
      aws_lambda_function.this.publish &&
      aws_lambda_alias.this.name == "live" && aws_lambda_alias.this.function_version == "7"
    )
    error_message = "live points to the version just published."
  }
  assert {
    condition = (
      aws_lambda_function.this.handler == "handler.lambda_handler" &&
      toset(aws_lambda_function.this.architectures) == toset(["arm64"])
    )
    error_message = "Handler and architecture are those of the zip."
  }
  assert {
    condition = (
      aws_lambda_function.this.source_code_hash == var.package.sha256_base64 &&
      aws_lambda_function.this.s3_object_version == "v1"
    )
    error_message = "The code is this version of the object."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.this[0].name == "/aws/lambda/churn" &&
      aws_cloudwatch_log_group.this[0].retention_in_days == 30
    )
    error_message = "Logs go where Lambda writes them, and end."
  }
}

run "a_live_version_of_latest" {
  command = plan

  variables {
    live_version = "$LATEST"
  }

  expect_failures = [var.live_version]
}

run "a_canary_of_an_alias" {
  command = plan

  variables {
    canary = { version = "next", weight = 0.1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_with_all_the_traffic" {
  command = plan

  variables {
    live_version = "3"
    canary       = { weight = 1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_beside_nothing" {
  command = plan

  variables {
    canary = { weight = 0.1 }
  }

  expect_failures = [var.canary]
}
