module "model" {
  source = "../.."

  name          = "snapstart-endpoint"
  artifacts_dir = var.artifacts_dir

  # Each execution environment starts from a snapshot in which scikit-learn is imported and the model is loaded
  warm = { strategy = "snapstart" }

  # Callers sign their requests with IAM credentials. To accept tokens instead, set authorization = "JWT" and jwt.
  endpoint = {
    type       = "http_api"
    throttling = { rate_limit = 20, burst_limit = 40 }
  }

  alarms = {}
}
