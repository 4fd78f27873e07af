resource "aws_iam_role" "this" {
  count = var.existing_role == null ? 1 : 0

  # A prefix, as roles are the account's, not the region's: the same name in two regions must not collide. IAM adds 26 characters to at
  # most 38.
  name_prefix          = "${substr(var.name, 0, 37)}-"
  description          = "Execution role of the Lambda function ${var.name}"
  permissions_boundary = var.permissions_boundary_arn
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
  count = var.existing_role == null ? 1 : 0

  name   = "write-own-logs"
  role   = aws_iam_role.this[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.own_statements })
}

# Another object is another policy, and the old one goes last: until the alias has moved, environments of the version that answers still
# start, and read the old object. The name makes it another, as it cannot be changed in place. It is a prefix, so that two policies never
# share a name even where the object is not known before apply and turns out to be the same.
resource "aws_iam_role_policy" "model" {
  count = var.existing_role == null && local.may_read ? 1 : 0

  name_prefix = "read-own-model-${substr(sha256(join(",", concat(compact([local.object_arn]), local.further_arns))), 0, 8)}-"
  role        = aws_iam_role.this[0].id

  # Versions that the caller names may have their model in the zip. A policy has a statement nevertheless, and this one allows nothing more.
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = jsondecode(length(local.model_statements) > 0 ? jsonencode(local.model_statements) : jsonencode(local.own_statements))
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy" "further" {
  for_each = var.existing_role == null ? toset([for name, statements in local.further_statements : name if length(statements) > 0]) : []

  name   = each.key
  role   = aws_iam_role.this[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.further_statements[each.key] })
}

# After a function is deleted, Lambda uses the function's role to remove its network interfaces, so the role has to outlive them. When the
# function is destroyed, its interfaces are moved to this group, which allows no traffic. The provider deletes a security group only when
# no interface of Lambda's is left in it, and this one is deleted before the role.
resource "aws_security_group" "leaving" {
  count = try(var.network.vpc, null) == null ? 0 : 1

  name_prefix = "${var.name}-leaving-"
  description = "Of the interfaces of the Lambda function ${var.name} while it is destroyed"
  vpc_id      = var.network.vpc.id
  tags        = var.tags

  timeouts {
    delete = "60m"
  }

  depends_on = [aws_iam_role_policy.further]
}
