output "endpoint" {
  description = "Where to POST requests to, and the policy that callers need."
  value       = module.model.endpoint
}
