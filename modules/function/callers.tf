# Permissions for callers in other accounts. A caller also needs permissions in its own account.

locals {
  # A statement for each account, role, or user, and one for all accounts of the organization
  callers = merge(
    {
      for principal in var.callers.principals :
      "caller-${substr(sha256(principal), 0, 16)}" => { principal = principal, organization = null }
    },
    { for id in var.callers.organization_id[*] : "organization-${id}" => { principal = "*", organization = id } },
  )
}

resource "aws_lambda_permission" "caller" {
  for_each = local.callers

  statement_id     = each.key
  action           = "lambda:InvokeFunction"
  function_name    = aws_lambda_function.this.function_name
  qualifier        = aws_lambda_alias.this.name
  principal        = each.value.principal
  principal_org_id = each.value.organization
}
