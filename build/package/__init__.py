"""What `invoke package` does before a model is shipped: it finds out what the model takes, and proves its answers."""
