locals {
  region = split(":", var.alias_arn)[3]

  aws_metric = {
    for name in ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"] :
    name => ["AWS/Lambda", name, "FunctionName", var.function_name]
  }
  own_metric = {
    for name in [
      "BadRequests", "ColdStart", "InitMilliseconds", "ModelFaults", "ModelLoadMilliseconds", "PredictMilliseconds", "Rows",
      "WarmUpFailures",
    ] : name => [local.namespace, name, "FunctionName", var.function_name]
  }

  sum     = { stat = "Sum" }
  median  = { stat = "p50", label = "median" }
  slowest = { stat = "p99", label = "p99" }

  # In two columns: failures first, then durations, then cold starts
  widgets = [
    {
      title = "Calls", metrics = [
        concat(local.aws_metric["Invocations"], [local.sum]),
        concat(local.aws_metric["Errors"], [local.sum]),
        concat(local.aws_metric["Throttles"], [local.sum]),
        concat(local.own_metric["BadRequests"], [local.sum]),
        concat(local.own_metric["ModelFaults"], [local.sum]),
      ]
    },
    {
      title = "Duration of a call, ms", metrics = [
        concat(local.aws_metric["Duration"], [local.median]),
        concat(local.aws_metric["Duration"], [local.slowest]),
      ]
    },
    {
      title = "Cold starts and failed warm-ups", metrics = [
        concat(local.own_metric["ColdStart"], [local.sum]),
        concat(local.own_metric["WarmUpFailures"], [local.sum]),
      ]
    },
    {
      title = "Duration of a cold start, ms", metrics = [
        concat(local.own_metric["InitMilliseconds"], [{ stat = "p50", label = "initialization, median" }]),
        concat(local.own_metric["ModelLoadMilliseconds"], [{ stat = "p50", label = "loading the model, median" }]),
        concat(local.own_metric["ModelLoadMilliseconds"], [{ stat = "p99", label = "loading the model, p99" }]),
      ]
    },
    {
      title = "Prediction, ms", metrics = [
        concat(local.own_metric["PredictMilliseconds"], [local.median]),
        concat(local.own_metric["PredictMilliseconds"], [local.slowest]),
      ]
    },
    {
      title = "Rows and concurrent executions", metrics = [
        concat(local.own_metric["Rows"], [local.sum]),
        concat(local.aws_metric["ConcurrentExecutions"], [{ stat = "Maximum", yAxis = "right" }]),
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = var.function_name

  dashboard_body = jsonencode({
    widgets = [
      for number, widget in local.widgets : {
        type   = "metric"
        x      = 12 * (number % 2)
        y      = 6 * floor(number / 2)
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = local.region
          view    = "timeSeries"
          period  = 300
          metrics = widget.metrics
        }
      }
    ]
  })
}
