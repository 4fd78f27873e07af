"""What warm-up pings do: they keep execution environments warm, and look whether a followed model has changed."""
