resource "aws_apigatewayv2_api" "this" {
  count = local.is_api ? 1 : 0

  name          = var.function_name
  description   = "Calls ${var.function_name}:${var.alias_name}"
  protocol_type = "HTTP"
  tags          = var.tags

  dynamic "cors_configuration" {
    for_each = var.cors[*]

    content {
      allow_origins = cors_configuration.value.allow_origins
      allow_methods = cors_configuration.value.allow_methods
      allow_headers = cors_configuration.value.allow_headers
      max_age       = cors_configuration.value.max_age
    }
  }
}

resource "aws_apigatewayv2_integration" "this" {
  count = local.is_api ? 1 : 0

  api_id                 = aws_apigatewayv2_api.this[0].id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.alias_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = local.api_milliseconds
}

resource "aws_apigatewayv2_authorizer" "this" {
  count = local.is_api && var.authorization == "JWT" ? 1 : 0

  api_id           = aws_apigatewayv2_api.this[0].id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}

# One route for all paths and methods: the handler knows its paths, and every call but a preflight passes the same authorization
resource "aws_apigatewayv2_route" "this" {
  count = local.is_api ? 1 : 0

  api_id               = aws_apigatewayv2_api.this[0].id
  route_key            = "$default"
  target               = "integrations/${aws_apigatewayv2_integration.this[0].id}"
  authorization_type   = var.authorization
  authorizer_id        = one(aws_apigatewayv2_authorizer.this[*].id)
  authorization_scopes = var.authorization == "JWT" ? var.jwt.scopes : null
}

# $default catches the browsers' OPTIONS, too, and they send them without authorization: AWS advises a route for these alone ("Configure
# CORS for HTTP APIs", API Gateway Developer Guide). The API itself answers them by its CORS settings. {proxy+} stands for one part of a
# path at least, so / has a route of its own.
resource "aws_apigatewayv2_route" "preflight" {
  for_each = local.is_api && var.cors != null && var.authorization != "NONE" ? toset(["/", "/{proxy+}"]) : []

  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = "OPTIONS ${each.key}"
  target             = "integrations/${aws_apigatewayv2_integration.this[0].id}"
  authorization_type = "NONE"
}

resource "aws_apigatewayv2_stage" "this" {
  count = local.is_api ? 1 : 0

  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  default_route_settings {
    throttling_rate_limit    = var.throttling.rate_limit
    throttling_burst_limit   = var.throttling.burst_limit
    detailed_metrics_enabled = var.detailed_metrics
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.this[0].arn
    # Who, what, how it ended, and whose fault it was; nothing of the request's body
    format = jsonencode({
      requestId        = "$context.requestId"
      time             = "$context.requestTime"
      ip               = "$context.identity.sourceIp"
      caller           = "$context.identity.caller"
      method           = "$context.httpMethod"
      path             = "$context.path"
      status           = "$context.status"
      latency          = "$context.responseLatency"
      integrationError = "$context.integrationErrorMessage"
      authorizerError  = "$context.authorizer.error"
    })
  }

  # A stage that deploys itself before there is a route has nothing to deploy
  depends_on = [aws_apigatewayv2_route.this, aws_apigatewayv2_route.preflight]
}

# Below vendedlogs, where log groups share one resource policy: each other name adds to one that is bounded to 5,120 characters
resource "aws_cloudwatch_log_group" "this" {
  count = local.is_api ? 1 : 0

  name              = "/aws/vendedlogs/apis/${var.function_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_permission" "this" {
  count = local.is_api ? 1 : 0

  statement_id  = "${substr(var.function_name, 0, 50)}-api"
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  qualifier     = var.alias_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*"
}
