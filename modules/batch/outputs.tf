output "state_machine_arn" {
  description = "ARN of the state machine. To score data sets, start an execution with the input `{\"prefix\": \"...\"}`."
  value       = aws_sfn_state_machine.this.arn
}

output "role_arn" {
  description = "ARN of the state machine's role."
  value       = aws_iam_role.this.arn
}
