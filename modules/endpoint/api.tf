resource "aws_apigatewayv2_api" "this" {
  count = local.is_api ? 1 : 0

  name          = var.function_name
  description   = "Calls ${var.function_name}:${var.alias_name}"
  protocol_type = "HTTP"
  tags          = var.tags

  disable_execute_api_endpoint = var.endpoint.disable_default_url

  dynamic "cors_configuration" {
    for_each = var.endpoint.cors[*]

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
  count = local.is_api && var.endpoint.authorization == "JWT" ? 1 : 0

  api_id           = aws_apigatewayv2_api.this[0].id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.endpoint.jwt.issuer
    audience = var.endpoint.jwt.audience
  }
}

# One route for all paths and methods: the handler itself distinguishes paths, and all calls except preflight requests need the same
# authorization
resource "aws_apigatewayv2_route" "this" {
  count = local.is_api ? 1 : 0

  api_id               = aws_apigatewayv2_api.this[0].id
  route_key            = "$default"
  target               = "integrations/${aws_apigatewayv2_integration.this[0].id}"
  authorization_type   = var.endpoint.authorization
  authorizer_id        = one(aws_apigatewayv2_authorizer.this[*].id)
  authorization_scopes = var.endpoint.authorization == "JWT" ? var.endpoint.jwt.scopes : null
}

# Browsers send preflight requests (OPTIONS) without authorization, so the route $default would refuse them. AWS recommends a separate route
# for them ("Configure CORS for HTTP APIs", API Gateway Developer Guide). The API answers them according to its CORS settings. The path
# /{proxy+} does not include /, which therefore has a route of its own.
resource "aws_apigatewayv2_route" "preflight" {
  for_each = local.is_api && var.endpoint.cors != null && var.endpoint.authorization != "NONE" ? toset(["/", "/{proxy+}"]) : []

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
    throttling_rate_limit    = var.endpoint.throttling.rate_limit
    throttling_burst_limit   = var.endpoint.throttling.burst_limit
    detailed_metrics_enabled = var.endpoint.detailed_metrics
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.this[0].arn
    # Does not log anything from the body of a request
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

  # A stage cannot be deployed before the API has a route
  depends_on = [aws_apigatewayv2_route.this, aws_apigatewayv2_route.preflight]
}

# With the prefix /aws/vendedlogs, the log group needs no entry in the resource policy, whose size is limited to 5,120 characters
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
