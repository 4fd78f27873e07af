# The state machine's definition, from the outside in:
#
#   Files     every object below the prefix that an execution is given, one after the other
#     Rows      a batch of its rows, up to max_concurrency batches at once
#       Predict   the function's answer to the batch
#
# All of it is Step Functions' own: reading CSV and JSON lines from S3, batching, retrying, counting failures, writing results.

locals {
  partition = split(":", var.alias_arn)[1]
  resource  = "arn:${local.partition}:states:::"

  # The most that Step Functions takes as a state's input or output. Rows come back beside their predictions, so that they share it, with
  # what Step Functions says of the call.
  state_bytes  = 262144
  batch_bytes  = 122880
  answer_bytes = local.state_bytes - local.batch_bytes - 4096

  readers = {
    csv   = { InputType = "CSV", CSVHeaderLocation = "FIRST_ROW", CSVDelimiter = var.batch.csv_delimiter }
    jsonl = { InputType = "JSONL" }
  }

  # Each row goes with its number in the file, from 0: results come in no order that AWS documents.
  item = { "number.$" = "$$.Map.Item.Index", "row.$" = "$$.Map.Item.Value" }

  # In a CSV file all values are text, and the handler takes Items as such: it makes numbers of them where the model wants numbers. JSON has
  # types of its own.
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
      # Of what passes by itself. What the function raises is raised again at the next try, and counts as a failure at once.
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
      # States.ALL would not catch it
      Catch = [{ ErrorEquals = ["States.DataLimitExceeded"], Next = "TooLarge" }]
      Next  = "IsAnswered"
    }
    # Dataframe records that the model cannot take are answered, and Items raised
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
        "The rows of one call and its answer have more than ${local.state_bytes} bytes together, and Step Functions takes no more.",
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
    Comment = "Scores the rows of all objects below the given prefix, ${var.batch.rows_per_call} a call"
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
          # A whole file may take longer than the 5 minutes of EXPRESS
          ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }
          StartAt         = "HasRows"
          States = {
            # What a console makes for a folder is an empty object, too
            HasRows = {
              Type    = "Choice"
              Choices = [{ Variable = "$.Size", NumericGreaterThan = 0, Next = "Rows" }]
              Default = "Empty"
            }
            Empty = { Type = "Pass", Result = {}, End = true }
            Rows  = merge(local.rows, { Label = "Rows" })
          }
        }
        # One at a time, so that max_concurrency is of all
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
