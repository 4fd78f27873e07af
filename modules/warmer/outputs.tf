output "rule_names" {
  description = "Names of the rules, sorted; of the schedules, where there is a timezone."
  value = sort(concat(
    [for rule in aws_cloudwatch_event_rule.this : rule.name],
    [for schedule in aws_scheduler_schedule.this : schedule.name],
  ))
}

output "rule_arns" {
  description = "ARNs of the rules or schedules, by expression."
  value = merge(
    { for schedule, rule in aws_cloudwatch_event_rule.this : schedule => rule.arn },
    { for expression, schedule in aws_scheduler_schedule.this : expression => schedule.arn },
  )
}
