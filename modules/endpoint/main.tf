locals {
  is_url = var.endpoint.type == "function_url"
  is_api = var.endpoint.type == "http_api"

  # An HTTP API waits for up to 30 seconds, even if the function's timeout is longer
  api_milliseconds = min(var.timeout, 30) * 1000
}

# Only supports AWS_IAM. With AWS provider versions before 6.28, a public URL needs a permission that allows anyone to invoke the function
# directly.
resource "aws_lambda_function_url" "this" {
  count = local.is_url ? 1 : 0

  function_name      = var.function_name
  qualifier          = var.alias_name
  authorization_type = "AWS_IAM"

  dynamic "cors" {
    for_each = var.endpoint.cors[*]

    content {
      allow_origins = cors.value.allow_origins
      allow_methods = cors.value.allow_methods
      allow_headers = cors.value.allow_headers
      max_age       = cors.value.max_age
    }
  }
}
