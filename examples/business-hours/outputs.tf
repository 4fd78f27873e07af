output "alias_arn" {
  description = "ARN of the alias to invoke."
  value       = module.model.alias_arn
}
