output "state_machine_arn" {
  description = "ARN of the state machine: aws stepfunctions start-execution --state-machine-arn ARN --input '{\"prefix\": \"...\"}'."
  value       = aws_sfn_state_machine.this.arn
}

output "role_arn" {
  description = "ARN of the state machine's role."
  value       = aws_iam_role.this.arn
}
