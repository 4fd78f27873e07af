output "alias_arn" {
  description = "What to invoke."
  value       = module.model.alias_arn
}
