"""What warm-up pings do: they keep execution environments warm, and check whether a followed model has changed."""
