# The definition of the state machine, its role, and the settings that are refused. During the plan, the provider asks AWS to validate the
# definition. The embedded AWS cannot do that, so these tests use a mocked provider. tests/e2e/test_batch.py runs the state machine.

mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws-cn:iam::123456789012:role/churn-batch-1" }
  }
}

variables {
  function_name = "churn"
  alias_name    = "live"
  alias_arn     = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn:live"

  batch = { input = { bucket = "data", prefix = "in/" }, output = { bucket = "data" } }
}

run "the_state_machine_scores_the_rows_of_all_csv_files_under_a_prefix" {
  assert {
    condition     = aws_sfn_state_machine.this.name == "churn-batch" && aws_sfn_state_machine.this.type == "STANDARD"
    error_message = "The name must begin with the function's name, and the type must be STANDARD, which distributed maps require."
  }
  assert {
    condition = jsondecode(aws_sfn_state_machine.this.definition).States.Files.ItemReader == {
      Resource   = "arn:aws-cn:states:::s3:listObjectsV2"
      Parameters = { Bucket = "data", "Prefix.$" = "$.prefix" }
    }
    error_message = "The state Files must list the objects under the prefix in the execution's input."
  }
  assert {
    condition = jsondecode(aws_sfn_state_machine.this.definition).States.Files.ItemProcessor.States.Rows.ItemReader == {
      Resource     = "arn:aws-cn:states:::s3:getObject"
      ReaderConfig = { InputType = "CSV", CSVHeaderLocation = "FIRST_ROW", CSVDelimiter = "COMMA" }
      Parameters   = { Bucket = "data", "Key.$" = "$.Key" }
    }
    error_message = "The state Rows must read a CSV file whose first row contains the names of the columns."
  }
  assert {
    condition = (
      local.predict.Predict.Parameters == { FunctionName = var.alias_arn, Payload = { "Items.$" = "$.Items[*].row" } } &&
      jsondecode(aws_sfn_state_machine.this.definition).States.Files.ItemProcessor.States.Rows.ItemProcessor.StartAt == "Predict"
    )
    error_message = "The state Predict must call the alias with Items, whose texts the handler converts."
  }
  assert {
    condition = (
      local.rows.MaxConcurrency == 10 && local.rows.ToleratedFailurePercentage == 0 && local.rows.ItemBatcher.MaxItemsPerBatch == 500
    )
    error_message = "The defaults must be 10 concurrent calls, 500 rows per call, and no tolerated failures."
  }
  assert {
    condition = (
      local.rows.ItemSelector == { "number.$" = "$$.Map.Item.Index", "row.$" = "$$.Map.Item.Value" } &&
      local.predict.Answered.Parameters["numbers.$"] == "$.Items[*].number"
    )
    error_message = "The results must contain the number of each row in its file."
  }
  assert {
    condition = (
      local.predict.Predict.Catch == [{ ErrorEquals = ["States.DataLimitExceeded"], Next = "TooLarge" }] &&
      strcontains(local.predict.TooLarge.Cause, "Set rows_per_call lower than 500.")
    )
    error_message = "An answer above the limit of Step Functions must fail with a cause that says how to fix it."
  }
  assert {
    condition = [
      for states in [jsondecode(aws_sfn_state_machine.this.definition).States] : [
        states.Files.ItemProcessor.ProcessorConfig.ExecutionType,
        states.Files.ItemProcessor.States.Rows.ItemProcessor.ProcessorConfig.ExecutionType,
      ]
    ] == [["STANDARD", "STANDARD"]]
    error_message = "Child executions must have the type STANDARD by default."
  }
  assert {
    condition = (
      local.rows.ResultWriter.Parameters == { Bucket = "data", "Prefix.$" = "States.Format('predictions/{}', $.Key)" } &&
      local.rows.ResultWriter.WriterConfig.OutputType == "JSONL"
    )
    error_message = "The results must be JSON Lines under the output prefix and the key of the data set."
  }
}

run "the_role_has_only_the_permissions_that_the_state_machine_needs" {
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid => statement.Resource } == {
      CallTheFunction = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn:live"
      FindDataSets    = "arn:aws-cn:s3:::data"
      ReadDataSets    = "arn:aws-cn:s3:::data/in/*"
      WriteResults    = "arn:aws-cn:s3:::data/predictions/*"
      RunChildren = [
        "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:churn-batch",
        "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:churn-batch/*",
      ]
      WatchChildren = [
        "arn:aws-cn:states:cn-north-1:123456789012:execution:churn-batch:*",
        "arn:aws-cn:states:cn-north-1:123456789012:execution:churn-batch/*",
      ]
    }
    error_message = "The role must only have access to the alias, the input prefix, the output prefix, and the executions of this state machine and its maps."
  }
  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == {
      ArnLike = {
        "aws:SourceArn" = [
          "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:churn-batch",
          "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:churn-batch/*",
        ]
      }
      StringEquals = { "aws:SourceAccount" = "123456789012" }
    }
    error_message = "Only this state machine and its child executions must be able to assume the role."
  }
}

run "json_lines_are_sent_as_dataframe_records" {
  command = plan

  variables {
    function_name = "a-name-of-sixty-four-characters-the-most-that-a-function-may-have"
    tracing       = true
    batch = {
      input                        = { bucket = "data", prefix = "in/", kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1" }
      output                       = { bucket = "data" }
      format                       = "jsonl"
      tolerated_failure_percentage = 5
    }
  }

  assert {
    condition = (
      local.rows.ItemReader.ReaderConfig == { InputType = "JSONL" } &&
      local.predict.Predict.Parameters.Payload == { "dataframe_records.$" = "$.Items[*].row" }
    )
    error_message = "JSON Lines must be sent as dataframe_records, because JSON values have types."
  }
  assert {
    condition     = length(local.name) <= 80 && length(aws_iam_role.this.name_prefix) <= 38
    error_message = "The names must be within the limits of AWS."
  }
  assert {
    condition = [
      for each in jsondecode(aws_iam_role_policy.this.policy).Statement : each.Action if each.Sid == "UseKeysOfTheData"
    ] == [["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]]
    error_message = "The role must be able to encrypt and decrypt with the key, which multipart uploads require."
  }
  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled && local.rows.ToleratedFailurePercentage == 5
    error_message = "The state machine must have the settings for tracing and tolerated failures."
  }
}

run "calls_can_be_express_executions" {
  command = plan

  variables {
    timeout      = 300
    methods      = ["predict", "predict_proba"]
    answer_bytes = 600
    batch = {
      input          = { bucket = "data", prefix = "in/" }
      output         = { bucket = "data" }
      execution_type = "EXPRESS"
      method         = "predict_proba"
      rows_per_call  = 225
    }
  }

  assert {
    condition = [
      for states in [jsondecode(aws_sfn_state_machine.this.definition).States] : [
        states.Files.ItemProcessor.ProcessorConfig.ExecutionType,
        states.Files.ItemProcessor.States.Rows.ItemProcessor.ProcessorConfig.ExecutionType,
      ]
    ] == [["STANDARD", "EXPRESS"]]
    error_message = "The child executions for calls must be EXPRESS, and those for files must be STANDARD, because a file can take longer than 5 minutes."
  }
  assert {
    condition     = local.predict.Predict.Parameters.Payload == { "Items.$" = "$.Items[*].row", method = "predict_proba" }
    error_message = "The request must contain the method."
  }
}

run "express_with_a_timeout_above_300_seconds_is_refused" {
  command = plan

  variables {
    timeout = 301
    batch = {
      input          = { bucket = "data", prefix = "in/" }
      output         = { bucket = "data" }
      execution_type = "EXPRESS"
    }
  }

  expect_failures = [var.batch]
}

run "an_unknown_execution_type_is_refused" {
  command = plan

  variables {
    batch = {
      input          = { bucket = "data", prefix = "in/" }
      output         = { bucket = "data" }
      execution_type = "express"
    }
  }

  expect_failures = [var.batch]
}

run "answers_above_the_limit_of_step_functions_are_refused" {
  command = plan

  variables {
    answer_bytes = 600
    batch = {
      input         = { bucket = "data", prefix = "in/" }
      output        = { bucket = "data" }
      rows_per_call = 226
    }
  }

  expect_failures = [var.batch]
}

run "a_method_that_the_model_does_not_have_is_refused" {
  command = plan

  variables {
    methods = ["predict"]
    batch = {
      input  = { bucket = "data", prefix = "in/" }
      output = { bucket = "data" }
      method = "predict_proba"
    }
  }

  expect_failures = [var.batch]
}

run "an_output_prefix_inside_the_input_prefix_is_refused" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "in/" }
      output = { bucket = "data", prefix = "in/predictions/" }
    }
  }

  expect_failures = [var.batch]
}

run "an_output_prefix_with_a_brace_is_refused" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "in/" }
      output = { bucket = "results", prefix = "{}/" }
    }
  }

  expect_failures = [var.batch]
}

run "an_input_prefix_with_a_wildcard_is_refused" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "*/in/" }
      output = { bucket = "data" }
    }
  }

  expect_failures = [var.batch]
}

run "an_unknown_format_is_refused" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "in/" }
      output = { bucket = "data" }
      format = "parquet"
    }
  }

  expect_failures = [var.batch]
}

run "a_delimiter_that_is_not_a_name_is_refused" {
  command = plan

  variables {
    batch = {
      input         = { bucket = "data", prefix = "in/" }
      output        = { bucket = "data" }
      csv_delimiter = ";"
    }
  }

  expect_failures = [var.batch]
}

run "rows_per_call_of_0_is_refused" {
  command = plan

  variables {
    batch = {
      input         = { bucket = "data", prefix = "in/" }
      output        = { bucket = "data" }
      rows_per_call = 0
    }
  }

  expect_failures = [var.batch]
}

run "a_max_concurrency_of_0_is_refused" {
  command = plan

  variables {
    batch = {
      input           = { bucket = "data", prefix = "in/" }
      output          = { bucket = "data" }
      max_concurrency = 0
    }
  }

  expect_failures = [var.batch]
}

run "a_tolerated_failure_percentage_above_100_is_refused" {
  command = plan

  variables {
    batch = {
      input                        = { bucket = "data", prefix = "in/" }
      output                       = { bucket = "data" }
      tolerated_failure_percentage = 101
    }
  }

  expect_failures = [var.batch]
}
