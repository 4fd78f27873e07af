# A function URL and an HTTP API: what each route asks for, and which settings are refused.

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

run "a_url_is_of_the_alias_and_signed" {
  assert {
    condition = (
      aws_lambda_function_url.this[0].qualifier == "live" &&
      aws_lambda_function_url.this[0].authorization_type == "AWS_IAM" &&
      length(aws_apigatewayv2_api.this) == 0
    )
    error_message = "By default a function URL, for callers with IAM alone."
  }
  assert {
    condition     = output.url == "https://abc.lambda-url.eu-central-1.on.aws/"
    error_message = "Its URL is an output."
  }
  assert {
    condition = toset([for statement in jsondecode(output.caller_policy).Statement : "${statement.Action[0]} ${statement.Resource}"]) == toset([
      "lambda:InvokeFunctionUrl ${var.alias_arn}",
      "lambda:InvokeFunction ${var.alias_arn}",
    ])
    error_message = "Callers need both actions."
  }
  assert {
    condition = [
      for statement in jsondecode(output.caller_policy).Statement : statement.Condition if statement.Action[0] == "lambda:InvokeFunction"
    ] == [{ Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }]
    error_message = "And may invoke by the URL alone."
  }
}

run "an_api_is_throttled_logged_and_signed" {
  variables {
    endpoint = {
      type = "http_api"
    }
    timeout = 60
  }

  assert {
    condition     = length(aws_lambda_function_url.this) == 0 && aws_apigatewayv2_route.this[0].authorization_type == "AWS_IAM"
    error_message = "Without a word on authorization nobody calls without IAM."
  }
  assert {
    condition = (
      aws_apigatewayv2_stage.this[0].default_route_settings[0].throttling_rate_limit == 50 &&
      aws_apigatewayv2_stage.this[0].default_route_settings[0].throttling_burst_limit == 100
    )
    error_message = "It is throttled."
  }
  assert {
    condition     = !aws_apigatewayv2_stage.this[0].default_route_settings[0].detailed_metrics_enabled
    error_message = "Metrics for each route are charged for, and not asked for."
  }
  assert {
    condition = (
      aws_apigatewayv2_stage.this[0].access_log_settings[0].destination_arn == aws_cloudwatch_log_group.this[0].arn &&
      jsondecode(aws_apigatewayv2_stage.this[0].access_log_settings[0].format).status == "$context.status"
    )
    error_message = "It has an access log."
  }
  assert {
    condition = (
      aws_apigatewayv2_integration.this[0].integration_uri == var.alias_arn &&
      aws_apigatewayv2_integration.this[0].payload_format_version == "2.0" &&
      aws_apigatewayv2_integration.this[0].timeout_milliseconds == 30000
    )
    error_message = "It calls the alias, and waits as long as an HTTP API can."
  }
  assert {
    condition = (
      aws_lambda_permission.this[0].qualifier == "live" &&
      aws_lambda_permission.this[0].source_arn == "arn:aws:execute-api:eu-central-1:123456789012:api1/*"
    )
    error_message = "This API may call the alias, and no other may."
  }
  assert {
    condition     = jsondecode(output.caller_policy).Statement[0].Action == ["execute-api:Invoke"]
    error_message = "Callers need to invoke the API."
  }
}

run "an_api_for_holders_of_a_token" {
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
    error_message = "Metrics for each route, as was asked for."
  }
  assert {
    condition = (
      aws_apigatewayv2_route.this[0].authorization_type == "JWT" &&
      aws_apigatewayv2_route.this[0].authorizer_id == "authorizer1" &&
      aws_apigatewayv2_route.this[0].authorization_scopes == toset(["predict"]) &&
      aws_apigatewayv2_authorizer.this[0].jwt_configuration[0].issuer == "https://login.example.com"
    )
    error_message = "A token of that issuer, for that audience, with that scope."
  }
  assert {
    condition     = aws_apigatewayv2_api.this[0].cors_configuration[0].allow_origins == toset(["https://app.example.com"])
    error_message = "Pages from there may call."
  }
  assert {
    condition = { for route in aws_apigatewayv2_route.preflight : route.route_key => "${route.authorization_type} ${route.target}" } == {
      "OPTIONS /"         = "NONE integrations/integration1"
      "OPTIONS /{proxy+}" = "NONE integrations/integration1"
    }
    error_message = "And their browsers may ask whether they may, which they do without a token."
  }
  assert {
    condition     = output.caller_policy == null
    error_message = "Who has a token needs no policy."
  }
}

run "pages_that_call_with_iam_are_asked_for_it_by_the_call_alone" {
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
    error_message = "The preflight needs no signature, and all else does."
  }
}

run "without_pages_nothing_is_unauthorized" {
  command = plan

  variables {
    endpoint = {
      type = "http_api"
    }
  }

  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0 && aws_apigatewayv2_route.this[0].authorization_type == "AWS_IAM"
    error_message = "There is one route, with IAM."
  }
}

run "a_url_answers_preflights_by_itself" {
  command = plan

  variables {
    endpoint = {
      cors = { allow_origins = ["https://app.example.com"] }
    }
  }

  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0 && length(aws_lambda_function_url.this) == 1
    error_message = "There is no API to have routes."
  }
}

run "an_api_for_anybody_is_asked_for" {
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
    error_message = "Public, as it was said."
  }
  assert {
    condition     = length(aws_apigatewayv2_route.preflight) == 0
    error_message = "The one route lets preflights in as well."
  }
}

run "an_authorization_that_does_not_exist" {
  command = plan

  variables {
    endpoint = {
      type          = "http_api"
      authorization = "iam"
    }
  }

  expect_failures = [var.endpoint]
}

run "a_type_that_does_not_exist" {
  command = plan

  variables {
    endpoint = {
      type = "rest_api"
    }
  }

  expect_failures = [var.endpoint]
}

run "cors_for_no_page" {
  command = plan

  variables {
    endpoint = {
      cors = { allow_origins = [] }
    }
  }

  expect_failures = [var.endpoint]
}

run "an_endpoint_of_another_type" {
  command = plan

  variables {
    endpoint = { type = "alb" }
  }

  expect_failures = [var.endpoint]
}

run "an_endpoint_of_another_authorization" {
  command = plan

  variables {
    endpoint = { type = "http_api", authorization = "COGNITO" }
  }

  expect_failures = [var.endpoint]
}

run "a_url_for_anybody" {
  command = plan

  variables {
    endpoint = { authorization = "NONE" }
  }

  expect_failures = [var.endpoint]
}

run "tokens_without_an_issuer" {
  command = plan

  variables {
    endpoint = { type = "http_api", authorization = "JWT" }
  }

  expect_failures = [var.endpoint]
}

run "an_issuer_without_tokens" {
  command = plan

  variables {
    endpoint = { jwt = { issuer = "https://login.example.com", audience = ["churn"] } }
  }

  expect_failures = [var.endpoint]
}

run "an_issuer_without_https" {
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

run "a_throttle_that_lets_nobody_in" {
  command = plan

  variables {
    endpoint = { type = "http_api", throttling = { burst_limit = 0 } }
  }

  expect_failures = [var.endpoint]
}

run "an_api_has_a_domain_name" {
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
    error_message = "Clients call it by that name, and by no other."
  }
  assert {
    condition = (
      aws_apigatewayv2_domain_name.this[0].domain_name == "churn.example.com" &&
      aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2" &&
      aws_apigatewayv2_api_mapping.this[0].stage == aws_apigatewayv2_stage.this[0].id
    )
    error_message = "The name leads to the API's stage."
  }
  assert {
    condition     = keys(output.domain) == ["hosted_zone_id", "target_domain_name"]
    error_message = "What the DNS record points to is an output."
  }
}

run "a_url_with_a_domain_name" {
  command = plan

  variables {
    endpoint = { domain = { name = "churn.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" } }
  }

  expect_failures = [var.endpoint]
}

run "a_certificate_that_is_a_file" {
  command = plan

  variables {
    endpoint = { type = "http_api", domain = { name = "churn.example.com", certificate_arn = "cert.pem" } }
  }

  expect_failures = [var.endpoint]
}

run "an_api_that_nobody_reaches" {
  command = plan

  variables {
    endpoint = { type = "http_api", disable_default_url = true }
  }

  expect_failures = [var.endpoint]
}

run "callers_of_other_accounts_may_call_the_url" {
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
    error_message = "The account, and who is in the organization."
  }
}

run "an_api_lets_no_other_account_in" {
  command = plan

  variables {
    endpoint = { type = "http_api" }
    callers  = { principals = ["210987654321"] }
  }

  assert {
    condition     = length(aws_lambda_permission.caller) == 0 && output.domain == null
    error_message = "It has no URL of Lambda to allow."
  }
}
