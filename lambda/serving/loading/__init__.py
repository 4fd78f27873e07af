"""The init phase: reads the settings, brings the model's bytes from S3 or the zip, checks them, and loads the model."""
