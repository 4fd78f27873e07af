locals {
  is_url = var.type == "function_url"
  is_api = var.type == "http_api"

  # AWS's most: an HTTP API answers 503 after 30 seconds, whatever the function's timeout
  api_milliseconds = min(var.timeout, 30) * 1000
}

# Only with AWS_IAM: a URL that anybody may call would, with providers before 6.28, also need a permission for anybody to invoke the function
resource "aws_lambda_function_url" "this" {
  count = local.is_url ? 1 : 0

  function_name      = var.function_name
  qualifier          = var.alias_name
  authorization_type = "AWS_IAM"

  dynamic "cors" {
    for_each = var.cors[*]

    content {
      allow_origins = cors.value.allow_origins
      allow_methods = cors.value.allow_methods
      allow_headers = cors.value.allow_headers
      max_age       = cors.value.max_age
    }
  }
}
