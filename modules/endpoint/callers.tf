# To call a function URL, a caller in another account needs this permission and the permission to invoke the alias, which modules/function
# adds

locals {
  callers = !local.is_url ? {} : merge(
    {
      for principal in var.callers.principals :
      "url-${substr(sha256(principal), 0, 16)}" => { principal = principal, organization = null }
    },
    { for id in var.callers.organization_id[*] : "url-${id}" => { principal = "*", organization = id } },
  )
}

resource "aws_lambda_permission" "caller" {
  for_each = local.callers

  statement_id           = each.key
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = var.function_name
  qualifier              = var.alias_name
  principal              = each.value.principal
  principal_org_id       = each.value.organization
  function_url_auth_type = "AWS_IAM"
}
