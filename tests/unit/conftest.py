"""What the unit tests share."""

from serving_parts import bucket, s3_url

__all__ = ["bucket", "s3_url"]
