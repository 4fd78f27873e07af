# The definition of the state machine. It has these states, from the outside in:
#
#   Files       A distributed map over the objects under the prefix in the execution's input. It processes one object at a time.
#     Rows      A distributed map over batches of the object's rows. It processes up to max_concurrency batches at the same time.
#       Predict A task that calls the function with one batch.
#
# Step Functions itself reads CSV and JSON Lines from S3, forms batches, retries calls, counts failures, and writes the results.

locals {
  partition = split(":", var.alias_arn)[1]
  resource  = "arn:${local.partition}:states:::"

  # The maximum size of a state's input or output in Step Functions. The output contains the rows, their predictions, and up to 4,096 bytes
  # that Step Functions adds.
  state_bytes  = 262144
  batch_bytes  = 122880
  answer_bytes = local.state_bytes - local.batch_bytes - 4096

  readers = {
    csv   = { InputType = "CSV", CSVHeaderLocation = "FIRST_ROW", CSVDelimiter = var.batch.csv_delimiter }
    jsonl = { InputType = "JSONL" }
  }

  # Each row has its number in the file, which starts at 0, because AWS does not document the order of the results
  item = { "number.$" = "$$.Map.Item.Index", "row.$" = "$$.Map.Item.Value" }

  # All values in a CSV file are text. In a request with Items, the handler converts them to numbers where the model expects numbers. JSON
  # has its own types.
  request = merge(
    { (var.batch.format == "csv" ? "Items.$" : "dataframe_records.$") = "$.Items[*].row" },
    { for name in compact([var.batch.method]) : "method" => name },
  )

  predict = {
    Predict = {
      Type     = "Task"
      Resource = "${local.resource}lambda:invoke"
      Parameters = {
        FunctionName = var.alias_arn
        Payload      = local.request
      }
      ResultSelector = { "answer.$" = "$.Payload" }
      ResultPath     = "$.result"
      # Only retries transient errors. An error that the function raises would occur again, so it counts as a failure at once.
      Retry = [{
        ErrorEquals = [
          "Lambda.TooManyRequestsException",
          "Lambda.ServiceException",
          "Lambda.AWSLambdaException",
          "Lambda.SdkClientException",
        ]
        IntervalSeconds = 1
        BackoffRate     = 2
        MaxAttempts     = 6
        JitterStrategy  = "FULL"
      }]
      # States.ALL does not catch this error
      Catch = [{ ErrorEquals = ["States.DataLimitExceeded"], Next = "TooLarge" }]
      Next  = "IsAnswered"
    }
    # If the rows do not fit the model, the function returns an error for dataframe_records, and raises an exception for Items
    IsAnswered = {
      Type    = "Choice"
      Choices = [{ Variable = "$.result.answer.predictions", IsPresent = true, Next = "Answered" }]
      Default = "Refused"
    }
    Answered = {
      Type = "Pass"
      Parameters = {
        "numbers.$"     = "$.Items[*].number"
        "rows.$"        = "$.Items[*].row"
        "predictions.$" = "$.result.answer.predictions"
      }
      End = true
    }
    Refused = {
      Type      = "Fail"
      Error     = "Refused"
      CausePath = "States.JsonToString($.result.answer)"
    }
    TooLarge = {
      Type  = "Fail"
      Error = "TooLarge"
      Cause = join(" ", [
        "The rows of one call and its answer together have more than ${local.state_bytes} bytes, which is the limit of Step Functions.",
        "Set rows_per_call lower than ${var.batch.rows_per_call}.",
      ])
    }
  }

  rows = {
    Type = "Map"
    ItemReader = {
      Resource     = "${local.resource}s3:getObject"
      ReaderConfig = local.readers[var.batch.format]
      Parameters   = { Bucket = var.batch.input.bucket, "Key.$" = "$.Key" }
    }
    ItemSelector = local.item
    ItemBatcher = {
      MaxItemsPerBatch      = var.batch.rows_per_call
      MaxInputBytesPerBatch = local.batch_bytes
    }
    ItemProcessor = {
      ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = var.batch.execution_type }
      StartAt         = "Predict"
      States          = local.predict
    }
    MaxConcurrency             = var.batch.max_concurrency
    ToleratedFailurePercentage = var.batch.tolerated_failure_percentage
    ResultWriter = {
      Resource     = "${local.resource}s3:putObject"
      WriterConfig = { OutputType = "JSONL", Transformation = "COMPACT" }
      Parameters = {
        Bucket     = var.batch.output.bucket
        "Prefix.$" = "States.Format('${local.output_prefix}{}', $.Key)"
      }
    }
    End = true
  }

  definition = {
    Comment = "Scores the rows of all objects under a prefix, with up to ${var.batch.rows_per_call} rows per call"
    StartAt = "Files"
    States = {
      Files = {
        Type  = "Map"
        Label = "Files"
        ItemReader = {
          Resource   = "${local.resource}s3:listObjectsV2"
          Parameters = { Bucket = var.batch.input.bucket, "Prefix.$" = "$.prefix" }
        }
        ItemProcessor = {
          # A file can take longer than 5 minutes, which is the limit of an EXPRESS execution
          ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }
          StartAt         = "HasRows"
          States = {
            # Skips empty objects, such as those that the S3 console creates for folders
            HasRows = {
              Type    = "Choice"
              Choices = [{ Variable = "$.Size", NumericGreaterThan = 0, Next = "Rows" }]
              Default = "Empty"
            }
            Empty = { Type = "Pass", Result = {}, End = true }
            Rows  = merge(local.rows, { Label = "Rows" })
          }
        }
        # One object at a time, so that max_concurrency limits the calls of the whole execution
        MaxConcurrency             = 1
        ToleratedFailurePercentage = 0
        ResultWriter = {
          Resource   = "${local.resource}s3:putObject"
          Parameters = { Bucket = var.batch.output.bucket, Prefix = "${local.output_prefix}executions" }
        }
        End = true
      }
    }
  }
}
