"""The init phase: reads the settings, fetches the model's bytes from S3 or the zip, checks and loads the model."""
