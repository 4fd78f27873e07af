output "rule_names" {
  description = "Names of the rules, sorted."
  value       = sort([for rule in aws_cloudwatch_event_rule.this : rule.name])
}

output "rule_arns" {
  description = "ARNs of the rules, by schedule."
  value       = { for schedule, rule in aws_cloudwatch_event_rule.this : schedule => rule.arn }
}
