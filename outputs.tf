output "function_name" {
  description = "Name of the function."
  value       = module.function.name
}

output "function_arn" {
  description = "ARN of the function, without a version. Callers want alias_arn."
  value       = module.function.arn
}

output "alias_arn" {
  description = "ARN of the alias live: invoke this. It is what the warm-up ping keeps warm. An asynchronous call of it is tried once."
  value       = module.function.alias_arn
}

output "function_version" {
  description = "Published version that the alias live points to: the newest, or live_version."
  value       = module.function.version
}

output "newest_version" {
  description = "Published version that was deployed last."
  value       = module.function.newest_version
}

output "mode" {
  description = "How the function gets its model, as it was deployed: \"s3\" or \"bundle\"."
  value       = var.mode
}

output "layer_arn" {
  description = "ARN of the layer version that holds the dependencies."
  value       = local.layers[0].arn
}

output "bucket" {
  description = "Name of the bucket that the artifacts were uploaded to; null where they were in S3 already."
  value       = one(module.artifacts[*].bucket)
}

output "model_version" {
  description = <<-EOT
    The model of the newest version: sha256 of its bytes (null where the model is followed), and in mode s3 the S3 version of its object (null
    in mode bundle).
  EOT
  value = {
    sha256     = local.model.sha256
    version_id = try(local.model.object.version_id, null)
  }
}

output "rule_names" {
  description = "Names of the rules, or in a timezone of the schedules, that ping the function; empty for other strategies than ping."
  value       = module.warmer.rule_names
}

output "endpoint" {
  description = "The endpoint: url to POST requests to, and caller_policy for who calls with IAM (null where it asks for none). null: there is none."
  value       = var.endpoint == null ? null : { url = module.endpoint[0].url, caller_policy = module.endpoint[0].caller_policy }
}

output "state_machine_arn" {
  description = "ARN of the state machine that scores data sets; null: there is none."
  value       = one(module.batch[*].state_machine_arn)
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard; null: there is none."
  value       = one(module.alarms[*].dashboard_name)
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = module.function.log_group_name
}

output "role_arn" {
  description = "ARN of the function's execution role."
  value       = module.function.role_arn
}

output "role_name" {
  description = "Name of that role, to attach further policies to."
  value       = module.function.role_name
}

output "policy" {
  description = "What that role has to allow, as a policy document: for an existing role, which gets no policy from here."
  value       = module.function.policy
}
