# Function URLs and HTTP APIs: the authorization of each route, and the settings that are refused.

mock_provider "aws" {
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      id            = "api1"
      api_endpoint  = "https://api1.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:api1"
    }
  }
  mock_resource "aws_apigatewayv2_domain_name" {
    defaults = { id = "churn.example.com" }
  }
  mock_resource "aws_apigatewayv2_authorizer" {
    defaults = { id = "authorizer1" }
  }
  mock_resource "aws_apigatewayv2_integration" {
    defaults = { id = "integration1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/vendedlogs/apis/churn" }
  }
  mock_resource "aws_lambda_function_url" {
    defaults = { function_url = "https://abc.lambda-url.eu-central-1.on.aws/" }
  }
}

variables {
  function_name = "churn"
  alias_name    = "live"
  alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live"
}

run "a_function_url_invokes_the_alias_and_requires_iam" {
  assert {
    condition = (
      aws_lambda_function_url.this[0].qualifier == "live" &&
      aws_lambda_function_url.this[0].authorization_type == "AWS_IAM" &&
      length(aws_apigatewayv2_api.this) == 0
    )
    error_message = "The default must be a function URL for the alias that requires IAM authorization."
  }
  assert {
    condition     = output.url == "https://abc.lambda-url.eu-central-1.on.aws/"
    error_message = "The output url must be the function URL."
  }
  assert {
    condition = toset([for statement in jsondecode(output.caller_policy).Statement : "${statement.Action[0]} ${statement.Resource}"]) == toset([
      "lambda:InvokeFunctionUrl ${var.alias_arn}",
      "lambda:InvokeFunction ${var.alias_arn}",
    ])
    error_message = "The policy for callers must allow both actions."
  }
  assert {
    condition = [
      for statement in jsondecode(output.caller_policy).Statement : statement.Condition if statement.Action[0] == "lambda:InvokeFunction"
    ] == [{ Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }]
    error_message = "The policy must only allow callers to invoke the function through the URL."
  }
}

run "an_http_api_is_throttled_logs_access_and_requires_iam" {
  variables {
    endpoint = {
      type = "http_api"
    }
    timeout = 60
  }

  assert {
    condition     = length(aws_lambda_function_url.this) == 0 && aws_apigatewayv2_route.this[0].authorization_type == "AWS_IAM"
    error_message = "The default authorization must be AWS_IAM."
  }
  assert {
    condition = (
      aws_apigatewayv2_stage.this[0].default_route_settings[0].throttling_rate_limit == 50 &&
      aws_apigatewayv2_stage.this[0].default_route_settings[0].throttling_burst_limit == 100
    )
    error_message = "The stage must have the default limits for throttling."
  }
  assert {
    condition     = !aws_apigatewayv2_stage.this[0].default_route_settings[0].detailed_metrics_enabled
    error_message = "Detailed metrics must be disabled by default, because CloudWatch charges for them."
  }
  assert {
    condition = (
      aws_apigatewayv2_stage.this[0].access_log_settings[0].destination_arn == aws_cloudwatch_log_group.this[0].arn &&
      jsondecode(aws_apigatewayv2_stage.this[0].access_log_settings[0].format).status == "$context.status"
    )
    error_message = "The stage must have an access log."
  }
  assert {
    condition = (
      aws_apigatewayv2_integration.this[0].integration_uri == var.alias_arn &&
      aws_apigatewayv2_integration.this[0].payload_format_version == "2.0" &&
      aws_apigatewayv2_integration.this[0].timeout_milliseconds == 30000
    )
    error_message = "The API must call the alias, and wait for 30 seconds, which is the maximum of an HTTP API."
  }
  assert {
    condition = (
      aws_lambda_permission.this[0].qualifier == "live" &&
      aws_lambda_permission.this[0].source_arn == "arn:aws:execute-api:eu-central-1:123456789012:api1/*"
    )
    error_message = "Only this API must be able to call the alias."
  }
  assert {
    condition     = jsondecode(output.caller_policy).Statement[0].Action == ["execute-api:Invoke"]
    error_message = "The policy for callers must allow them to invoke the API."
  }
}

run "an_http_api_can_require_a_jwt" {
  variables {
    endpoint = {
      type             = "http_api"
      authorization    = "JWT"
      jwt              = { issuer = "https://login.example.com", audience = ["churn"], scopes = ["predict"] }
      cors             = { allow_origins = ["https://app.example.com"] }
      detailed_metrics = true
    }

  }

  assert {
    condition     = aws_apigatewayv2_stage.this[0].default_route_settings[0].detailed_metrics_enabled
    error_message = "Detailed metrics must be enabled."
  }
  assert {
    condition = (
      aws_apigatewayv2_route.this[0].authorization_type == "JWT" &&
      aws_apigatewayv2_route.this[0].authorizer_id == "authorizer1" &&
      aws_apigatewayv2_route.this[0].authorization_scopes == toset(["predict"]) &&
      aws_apigatewayv2_authorizer.this[0].jwt_configuration[0].issuer == "https://login.example.com"
    )
    error_message = "The route must require a token with the given issuer and scope."
  }
  assert {
    condition     = aws_apigatewayv2_api.this[0].cors_configuration[0].allow_origins == toset(["https://app.example.com"])
    error_message = "The API must allow the given origin."
  }
  assert {
    condition = { for route in aws_apigatewayv2_route.preflight : route.route_key => "${route.authorization_type} ${route.target}" } == {
      "OPTIONS /"         = "NONE integrations/integration1"
      "OPTIONS /{proxy+}" = "NONE integrations/integration1"
    }
    error_message = "The routes for preflight requests must require no authorization, because browsers send them without a token."
  }
  assert {
    condition     = output.caller_policy == null
    error_message = "The output caller_policy must be null, because callers with a token need no IAM policy."
  }
}

run "preflight_requests_need_no_iam_authorization" {
  command = plan

  variables {
    endpoint = {
      type = "http_api"
      cors = { allow_origins = ["https://app.example.com"] }
    }
  }

  assert {
    condition = (
      aws_apigatewayv2_route.this[0].authorization_type == "AWS_IAM" &&
      keys(aws_apigatewayv2_route.preflight) == ["/", "/{proxy+}"]
    )
    error_message = "Only the routes for preflight requests may be without IAM authorization."
  }
}

run "without_cors_every_route_requires_iam" {
  command = plan

  variables {
    endpoint = {
      type = "http_api"
    }
  }

  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0 && aws_apigatewayv2_route.this[0].authorization_type == "AWS_IAM"
    error_message = "There must be one route, which requires IAM authorization."
  }
}

run "a_function_url_needs_no_routes_for_preflight_requests" {
  command = plan

  variables {
    endpoint = {
      cors = { allow_origins = ["https://app.example.com"] }
    }
  }

  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0 && length(aws_lambda_function_url.this) == 1
    error_message = "There must be a function URL and no routes of an API."
  }
}

run "an_http_api_is_public_only_with_authorization_none" {
  command = plan

  variables {
    endpoint = {
      type          = "http_api"
      authorization = "NONE"
      cors          = { allow_origins = ["*"] }
    }
  }

  assert {
    condition     = aws_apigatewayv2_route.this[0].authorization_type == "NONE" && length(aws_apigatewayv2_authorizer.this) == 0
    error_message = "The route must require no authorization."
  }
  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0
    error_message = "There must be no separate routes for preflight requests, because the default route needs no authorization."
  }
}

run "a_lowercase_authorization_is_refused" {
  command = plan

  variables {
    endpoint = {
      type          = "http_api"
      authorization = "iam"
    }
  }

  expect_failures = [var.endpoint]
}

run "a_rest_api_is_refused" {
  command = plan

  variables {
    endpoint = {
      type = "rest_api"
    }
  }

  expect_failures = [var.endpoint]
}

run "cors_without_an_origin_is_refused" {
  command = plan

  variables {
    endpoint = {
      cors = { allow_origins = [] }
    }
  }

  expect_failures = [var.endpoint]
}

run "an_unknown_type_is_refused" {
  command = plan

  variables {
    endpoint = { type = "alb" }
  }

  expect_failures = [var.endpoint]
}

run "an_unknown_authorization_is_refused" {
  command = plan

  variables {
    endpoint = { type = "http_api", authorization = "COGNITO" }
  }

  expect_failures = [var.endpoint]
}

run "a_public_function_url_is_refused" {
  command = plan

  variables {
    endpoint = { authorization = "NONE" }
  }

  expect_failures = [var.endpoint]
}

run "jwt_authorization_without_an_issuer_is_refused" {
  command = plan

  variables {
    endpoint = { type = "http_api", authorization = "JWT" }
  }

  expect_failures = [var.endpoint]
}

run "an_issuer_without_jwt_authorization_is_refused" {
  command = plan

  variables {
    endpoint = { jwt = { issuer = "https://login.example.com", audience = ["churn"] } }
  }

  expect_failures = [var.endpoint]
}

run "an_issuer_without_https_is_refused" {
  command = plan

  variables {
    endpoint = {
      type          = "http_api"
      authorization = "JWT"
      jwt           = { issuer = "login.example.com", audience = ["churn"] }
    }
  }

  expect_failures = [var.endpoint]
}

run "a_burst_limit_of_0_is_refused" {
  command = plan

  variables {
    endpoint = { type = "http_api", throttling = { burst_limit = 0 } }
  }

  expect_failures = [var.endpoint]
}

run "an_http_api_can_have_a_custom_domain_name" {
  variables {
    endpoint = {
      type                = "http_api"
      disable_default_url = true
      domain = {
        name            = "churn.example.com"
        certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
      }
    }
  }

  assert {
    condition     = output.url == "https://churn.example.com/" && aws_apigatewayv2_api.this[0].disable_execute_api_endpoint
    error_message = "The output url must be the custom domain name, and the default URL must be disabled."
  }
  assert {
    condition = (
      aws_apigatewayv2_domain_name.this[0].domain_name == "churn.example.com" &&
      aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2" &&
      aws_apigatewayv2_api_mapping.this[0].stage == aws_apigatewayv2_stage.this[0].id
    )
    error_message = "The domain name must be mapped to the stage of the API."
  }
  assert {
    condition     = keys(output.domain) == ["hosted_zone_id", "target_domain_name"]
    error_message = "The output domain must contain the target of the DNS record."
  }
}

run "a_function_url_with_a_domain_name_is_refused" {
  command = plan

  variables {
    endpoint = { domain = { name = "churn.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" } }
  }

  expect_failures = [var.endpoint]
}

run "a_certificate_that_is_not_an_arn_is_refused" {
  command = plan

  variables {
    endpoint = { type = "http_api", domain = { name = "churn.example.com", certificate_arn = "cert.pem" } }
  }

  expect_failures = [var.endpoint]
}

run "disable_default_url_without_a_domain_name_is_refused" {
  command = plan

  variables {
    endpoint = { type = "http_api", disable_default_url = true }
  }

  expect_failures = [var.endpoint]
}

run "callers_from_other_accounts_may_call_the_function_url" {
  command = plan

  variables {
    callers = { principals = ["210987654321"], organization_id = "o-a1b2c3d4e5" }
  }

  assert {
    condition = toset([
      for permission in aws_lambda_permission.caller : join(" ", compact([
        permission.action, permission.qualifier, permission.principal, permission.principal_org_id, permission.function_url_auth_type,
      ]))
      ]) == toset([
      "lambda:InvokeFunctionUrl live 210987654321 AWS_IAM",
      "lambda:InvokeFunctionUrl live * o-a1b2c3d4e5 AWS_IAM",
    ])
    error_message = "The account and the organization must be able to call the function URL."
  }
}

run "an_http_api_grants_nothing_to_other_accounts" {
  command = plan

  variables {
    endpoint = { type = "http_api" }
    callers  = { principals = ["210987654321"] }
  }

  assert {
    condition     = length(aws_lambda_permission.caller) == 0 && output.domain == null
    error_message = "There must be no permission, because there is no function URL."
  }
}
