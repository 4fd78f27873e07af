# Uses the module from another repository, at a tag. Each of the two models has its own artifacts and its own function.
locals {
  models = {
    churn = { memory_size = 1024 }
    fraud = { memory_size = 1769 }
  }
}

module "model" {
  source   = "git::https://github.com/OWNER/terraform-aws-lambda-model.git?ref=v1.0.0"
  for_each = local.models

  name          = each.key
  artifacts_dir = "${path.root}/dist/${each.key}"
  memory_size   = each.value.memory_size
}

output "alias_arns" {
  description = "ARNs of the aliases to invoke, by model."
  value       = { for name, model in module.model : name => model.alias_arn }
}
