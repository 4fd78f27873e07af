module "model" {
  source = "../.."

  name          = "snapstart-endpoint"
  artifacts_dir = var.artifacts_dir

  # No ping: an environment starts from a snapshot that has scikit-learn imported and the model loaded
  warm = { strategy = "snapstart" }

  # For callers with IAM, 20 a second; a token's issuer and authorization = "JWT" are for others
  endpoint = {
    type       = "http_api"
    throttling = { rate_limit = 20, burst_limit = 40 }
  }

  alarms = {}
}
