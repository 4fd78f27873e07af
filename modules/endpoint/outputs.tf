locals {
  caller_statements = concat(
    [for api in aws_apigatewayv2_api.this : {
      Sid      = "CallTheApi"
      Effect   = "Allow"
      Action   = ["execute-api:Invoke"]
      Resource = "${api.execution_arn}/*"
    }],
    # Since October 2025, a call of a URL needs both actions (Lambda Developer Guide, "Control access to Lambda function URLs")
    [for url in aws_lambda_function_url.this : {
      Sid       = "CallTheUrl"
      Effect    = "Allow"
      Action    = ["lambda:InvokeFunctionUrl"]
      Resource  = var.alias_arn
      Condition = { StringEquals = { "lambda:FunctionUrlAuthType" = "AWS_IAM" } }
    }],
    [for url in aws_lambda_function_url.this : {
      Sid       = "InvokeByTheUrl"
      Effect    = "Allow"
      Action    = ["lambda:InvokeFunction"]
      Resource  = var.alias_arn
      Condition = { Bool = { "lambda:InvokedViaFunctionUrl" = "true" } }
    }],
  )
}

output "url" {
  description = "URL of the endpoint, which ends with a slash. Clients send POST requests to it."
  value = one(concat(
    aws_lambda_function_url.this[*].function_url,
    [for mapping in aws_apigatewayv2_api_mapping.this : "https://${mapping.domain_name}/"],
    [for api in aws_apigatewayv2_api.this : "${api.api_endpoint}/" if var.endpoint.domain == null],
  ))
}

output "domain" {
  description = <<-EOT
    Target of the DNS record for `endpoint.domain`: its domain name (`target_domain_name`) and, for an alias record in Route 53, its hosted
    zone (`hosted_zone_id`). It is `null` without a custom domain name.
  EOT
  value = one([
    for domain in aws_apigatewayv2_domain_name.this : {
      target_domain_name = domain.domain_name_configuration[0].target_domain_name
      hosted_zone_id     = domain.domain_name_configuration[0].hosted_zone_id
    }
  ])
}

output "caller_policy" {
  description = "Policy document with the permissions that callers need. It is `null` unless `authorization` is `AWS_IAM`."
  value       = var.endpoint.authorization == "AWS_IAM" ? jsonencode({ Version = "2012-10-17", Statement = local.caller_statements }) : null
}

output "api_id" {
  description = "ID of the HTTP API. It is `null` for a function URL."
  value       = one(aws_apigatewayv2_api.this[*].id)
}
