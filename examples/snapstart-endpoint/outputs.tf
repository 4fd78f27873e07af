output "endpoint" {
  description = "URL of the endpoint, and a policy document with the permissions that callers need."
  value       = module.model.endpoint
}
