resource "aws_iam_role" "this" {
  count = var.role.existing == null ? 1 : 0

  # A prefix, because IAM roles are global: functions of the same name in two Regions need different roles. The provider adds 26
  # characters to a prefix of up to 38.
  name                 = var.role.name
  name_prefix          = var.role.name == null ? "${substr(var.name, 0, 37)}-" : null
  path                 = var.role.path
  description          = "Execution role of the Lambda function ${var.name}"
  permissions_boundary = var.role.permissions_boundary_arn
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "own" {
  count = var.role.existing == null ? 1 : 0

  name   = "write-own-logs"
  role   = aws_iam_role.this[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.own_statements })
}

# Another object requires a new policy, and the old policy must be deleted last: until the alias points to the new version, execution
# environments of the old version still start and read the old object. A policy is only replaced if its name changes, so the name contains a
# digest of the objects. It is a prefix, so that two policies never share a name, even if the object is unknown until apply and turns out to
# be the same.
resource "aws_iam_role_policy" "model" {
  count = var.role.existing == null && local.may_read ? 1 : 0

  name_prefix = "read-own-model-${substr(sha256(join(",", concat(compact([local.object_arn]), local.further_arns))), 0, 8)}-"
  role        = aws_iam_role.this[0].id

  # The versions in live_version and canary.version may all have their model in the deployment package. A policy still needs a statement, so
  # this one repeats permissions that the role already has.
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = jsondecode(length(local.model_statements) > 0 ? jsonencode(local.model_statements) : jsonencode(local.own_statements))
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "further" {
  for_each = var.role.existing == null ? toset([for name, statements in local.further_statements : name if length(statements) > 0]) : []

  name   = each.key
  role   = aws_iam_role.this[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.further_statements[each.key] })
}

resource "aws_iam_role_policy_attachment" "managed" {
  for_each = var.role.existing == null ? var.role.managed_policy_arns : {}

  role       = aws_iam_role.this[0].name
  policy_arn = each.value
}

# After a function is deleted, Lambda uses the function's role to delete its network interfaces, so the role must exist until then. When
# Terraform destroys the function, the provider moves the interfaces to this security group, which allows no traffic. The provider can only
# delete the security group after Lambda has deleted the interfaces in it, and Terraform deletes the role after the security group.
resource "aws_security_group" "leaving" {
  count = try(var.network.vpc, null) == null ? 0 : 1

  name_prefix = "${var.name}-leaving-"
  description = "Network interfaces of the Lambda function ${var.name} while it is destroyed"
  vpc_id      = var.network.vpc.id
  tags        = var.tags

  timeouts {
    delete = "60m"
  }

  depends_on = [aws_iam_role_policy.further, aws_iam_role_policy_attachment.managed]
}
