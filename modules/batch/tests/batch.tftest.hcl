# The state machine as the module writes it. At plan, the provider asks AWS to validate the definition, which the embedded AWS cannot
# do, so a mocked provider takes it here. What the definition does is tested by tests/e2e/test_batch.py.

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

run "the_rows_of_all_files_below_a_prefix_are_scored" {
  assert {
    condition     = aws_sfn_state_machine.this.name == "churn-batch" && aws_sfn_state_machine.this.type == "STANDARD"
    error_message = "It is named for its function; a distributed map is of standard workflows."
  }
  assert {
    condition = jsondecode(aws_sfn_state_machine.this.definition).States.Files.ItemReader == {
      Resource   = "arn:aws-cn:states:::s3:listObjectsV2"
      Parameters = { Bucket = "data", "Prefix.$" = "$.prefix" }
    }
    error_message = "Files are those below the prefix of the execution."
  }
  assert {
    condition = jsondecode(aws_sfn_state_machine.this.definition).States.Files.ItemProcessor.States.Rows.ItemReader == {
      Resource     = "arn:aws-cn:states:::s3:getObject"
      ReaderConfig = { InputType = "CSV", CSVHeaderLocation = "FIRST_ROW", CSVDelimiter = "COMMA" }
      Parameters   = { Bucket = "data", "Key.$" = "$.Key" }
    }
    error_message = "Rows are those of a CSV file with names."
  }
  assert {
    condition = (
      local.predict.Predict.Parameters == { FunctionName = var.alias_arn, Payload = { "Items.$" = "$.Items[*].row" } } &&
      jsondecode(aws_sfn_state_machine.this.definition).States.Files.ItemProcessor.States.Rows.ItemProcessor.StartAt == "Predict"
    )
    error_message = "The alias is asked, and reads the texts of a CSV file itself."
  }
  assert {
    condition = (
      local.rows.MaxConcurrency == 10 && local.rows.ToleratedFailurePercentage == 0 && local.rows.ItemBatcher.MaxItemsPerBatch == 500
    )
    error_message = "Ten calls at once, none of which may fail, of 500 rows."
  }
  assert {
    condition = (
      local.rows.ItemSelector == { "number.$" = "$$.Map.Item.Index", "row.$" = "$$.Map.Item.Value" } &&
      local.predict.Answered.Parameters["numbers.$"] == "$.Items[*].number"
    )
    error_message = "Results say which row of the file each of theirs is."
  }
  assert {
    condition = (
      local.predict.Predict.Catch == [{ ErrorEquals = ["States.DataLimitExceeded"], Next = "TooLarge" }] &&
      strcontains(local.predict.TooLarge.Cause, "Set rows_per_call lower than 500.")
    )
    error_message = "An answer that Step Functions does not take fails with what to do."
  }
  assert {
    condition = [
      for states in [jsondecode(aws_sfn_state_machine.this.definition).States] : [
        states.Files.ItemProcessor.ProcessorConfig.ExecutionType,
        states.Files.ItemProcessor.States.Rows.ItemProcessor.ProcessorConfig.ExecutionType,
      ]
    ] == [["STANDARD", "STANDARD"]]
    error_message = "Child executions are of type STANDARD by default."
  }
  assert {
    condition = (
      local.rows.ResultWriter.Parameters == { Bucket = "data", "Prefix.$" = "States.Format('predictions/{}', $.Key)" } &&
      local.rows.ResultWriter.WriterConfig.OutputType == "JSONL"
    )
    error_message = "Results go below the data set's key."
  }
}

run "its_role_may_do_that_and_no_more" {
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
    error_message = "The alias, the input's prefix, the output's, and its own executions with those of its maps."
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
    error_message = "This state machine and its child executions take the role, and no other."
  }
}

run "json_lines_need_no_reading_of_values" {
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
    error_message = "JSON has types of its own."
  }
  assert {
    condition     = length(local.name) <= 80 && length(aws_iam_role.this.name_prefix) <= 38
    error_message = "Names are within AWS's bounds."
  }
  assert {
    condition = [
      for each in jsondecode(aws_iam_role_policy.this.policy).Statement : each.Action if each.Sid == "UseKeysOfTheData"
    ] == [["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]]
    error_message = "The keys are used as results in parts need it."
  }
  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled && local.rows.ToleratedFailurePercentage == 5
    error_message = "The settings reach the state machine."
  }
}

run "calls_that_end_within_five_minutes" {
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
    error_message = "Calls are EXPRESS; a file may take longer."
  }
  assert {
    condition     = local.predict.Predict.Parameters.Payload == { "Items.$" = "$.Items[*].row", method = "predict_proba" }
    error_message = "The function is asked for the method."
  }
}

run "calls_that_may_take_longer" {
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

run "a_type_that_is_none" {
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

run "answers_that_step_functions_does_not_take" {
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

run "a_method_that_the_model_has_not" {
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

run "results_that_would_be_scored_again" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "in/" }
      output = { bucket = "data", prefix = "in/predictions/" }
    }
  }

  expect_failures = [var.batch]
}

run "an_output_with_a_brace" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "in/" }
      output = { bucket = "results", prefix = "{}/" }
    }
  }

  expect_failures = [var.batch]
}

run "an_input_with_a_wildcard" {
  command = plan

  variables {
    batch = {
      input  = { bucket = "data", prefix = "*/in/" }
      output = { bucket = "data" }
    }
  }

  expect_failures = [var.batch]
}

run "a_format_that_is_not_read" {
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

run "a_delimiter_that_is_a_character" {
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

run "calls_of_no_rows" {
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

run "no_calls" {
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

run "more_failures_than_batches" {
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
