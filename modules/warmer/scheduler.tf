resource "aws_scheduler_schedule" "this" {
  for_each = local.in_zone

  name                         = each.value
  description                  = "Keeps ${var.function_name}:${var.alias_name} warm"
  schedule_expression          = each.key
  schedule_expression_timezone = var.warm.timezone
  state                        = "ENABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.alias_arn
    role_arn = aws_iam_role.scheduler[0].arn
    input    = local.ping

    retry_policy {
      maximum_retry_attempts       = local.retry.attempts
      maximum_event_age_in_seconds = local.retry.age
    }
  }

  # Without the permission, a call by the schedule fails
  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_iam_role" "scheduler" {
  count = length(local.in_zone) == 0 ? 0 : 1

  name_prefix          = "${substr(var.function_name, 0, 32)}-warm-"
  description          = "Allows EventBridge Scheduler to call ${var.function_name}:${var.alias_name}"
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      # Prevents EventBridge Scheduler from using the role for another account
      Condition = { StringEquals = { "aws:SourceAccount" = split(":", var.alias_arn)[4] } }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  count = length(local.in_zone) == 0 ? 0 : 1

  name = "ping"
  role = aws_iam_role.scheduler[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Ping"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = var.alias_arn
    }]
  })
}
