module "model" {
  source = "../.."

  name          = "business-hours"
  artifacts_dir = var.artifacts_dir

  # Keeps three execution environments warm during office hours in Berlin, starting ten minutes before 8 o'clock
  warm = {
    schedules   = ["cron(50/5 7 ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)"]
    timezone    = "Europe/Berlin"
    concurrency = 3
  }
}
