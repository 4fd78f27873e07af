module "model" {
  source = "../.."

  name          = "business-hours"
  artifacts_dir = var.artifacts_dir

  # Three environments, from ten minutes before the office opens in Berlin, in summer as in winter
  warm = {
    schedules   = ["cron(50/5 7 ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)"]
    timezone    = "Europe/Berlin"
    concurrency = 3
  }
}
