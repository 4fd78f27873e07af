output "function_name" {
  description = "Name of the function."
  value       = module.function.name
}

output "function_arn" {
  description = "ARN of the function, without a version. To invoke the function, use `alias_arn`."
  value       = module.function.arn
}

output "alias_arn" {
  description = "ARN of the alias `live`. Invoke the function through it, because the settings in `asynchronous` only apply to the alias."
  value       = module.function.alias_arn
}

output "function_version" {
  description = "Number of the published version that the alias `live` points to."
  value       = module.function.version
}

output "newest_version" {
  description = "Number of the version that was published last."
  value       = module.function.newest_version
}

output "mode" {
  description = "How the function gets the model: `s3` or `bundle`."
  value       = var.mode
}

output "layer_arn" {
  description = "ARN of the layer version that contains the dependencies."
  value       = local.layers[0].arn
}

output "bucket" {
  description = "Name of the bucket that contains the artifacts. It is `null` if they were in Amazon S3 already."
  value       = one(module.artifacts[*].bucket)
}

output "model_version" {
  description = <<-EOT
    The model of the version that was published last: the digest of its bytes (`sha256`), which is `null` if `model.follow` is `true`, and
    the version of its object in Amazon S3 (`version_id`), which is `null` if no version is pinned or the mode is `bundle`.
  EOT
  value = {
    sha256     = try(lower(local.model.sha256), null)
    version_id = try(local.model.version_id, null)
  }
}

output "rule_names" {
  description = "Names of the EventBridge rules that ping the function, or of the EventBridge Scheduler schedules if a time zone is set."
  value       = module.warmer.rule_names
}

output "endpoint" {
  description = <<-EOT
    The endpoint: its `url`, to which clients send POST requests; a policy document with the permissions that callers need
    (`caller_policy`), which is `null` unless `authorization` is `AWS_IAM`; and the target of the DNS record for `endpoint.domain`
    (`domain`), which is `null` without a custom domain name. The output is `null` if there is no endpoint.
  EOT
  value = var.endpoint == null ? null : {
    url           = module.endpoint[0].url
    caller_policy = module.endpoint[0].caller_policy
    domain        = module.endpoint[0].domain
  }
}

output "state_machine_arn" {
  description = "ARN of the state machine that scores data sets. It is `null` if there is none."
  value       = one(module.batch[*].state_machine_arn)
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard. It is `null` if there is none."
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
  description = "Name of the function's execution role. You can attach more policies to it."
  value       = module.function.role_name
}

output "policy" {
  description = "Policy document with the permissions that the function needs. Add them to the role if you use `role.existing`."
  value       = module.function.policy
}
