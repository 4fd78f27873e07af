output "rule_names" {
  description = "Sorted names of the EventBridge rules, or of the EventBridge Scheduler schedules if a time zone is set."
  value = sort(concat(
    [for rule in aws_cloudwatch_event_rule.this : rule.name],
    [for schedule in aws_scheduler_schedule.this : schedule.name],
  ))
}

output "rule_arns" {
  description = "ARNs of the rules or schedules, by schedule expression."
  value = merge(
    { for schedule, rule in aws_cloudwatch_event_rule.this : schedule => rule.arn },
    { for expression, schedule in aws_scheduler_schedule.this : expression => schedule.arn },
  )
}

output "ping" {
  description = "The event that the rules or schedules send to the function, as JSON."
  value       = local.ping
}
