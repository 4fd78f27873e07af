"""Events that carry no request, and whose sender reads no answer.

Such an event is refused by an error: a normal return would tell SQS, Kinesis or DynamoDB that its records were
processed, and they would be gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.requests.words import BadRequest, quoted

# Names by the source that a record, or the event itself, has
SOURCES = {
    "aws:sqs": "SQS",
    "aws:sns": "SNS",
    "aws:s3": "S3",
    "aws:kinesis": "Kinesis",
    "aws:dynamodb": "DynamoDB",
    "aws:codecommit": "CodeCommit",
    "aws:ses": "SES",
    "aws:kafka": "Kafka",
    "SelfManagedKafka": "Kafka",
    "aws:mq": "Amazon MQ",
    "aws:rmq": "Amazon MQ",
    "aws:docdb": "DocumentDB",
}


class NoRequest(BadRequest):
    """An event that is no request."""


def check(event: Mapping[str, Any]) -> None:
    """See that an event is none of an event source's.

    Raises:
        NoRequest
    """
    sender = sender_of(event)
    if sender is not None:
        raise NoRequest(
            f"this is an event of {sender}, which holds no rows, and nobody reads its answer: it was not processed. "
            "Invoke the function with a request, such as the one that invoke train-example writes, or score files in "
            "S3 with the module's batch"
        )


def sender_of(event: Mapping[str, Any]) -> str | None:
    """Who sent an event that carries no request; None if it is none of such."""
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    for each in (first, event):
        if isinstance(each, dict):
            said = each.get("eventSource", each.get("EventSource"))
            if isinstance(said, str):
                return SOURCES.get(said, quoted(said))
    if isinstance(records, list):
        return "an event source"
    if isinstance(event.get("awslogs"), dict):
        return "CloudWatch Logs"
    if "deliveryStreamArn" in event and isinstance(event.get("records"), list):
        return "Firehose"
    if "detail-type" in event and "source" in event:
        return "EventBridge"
    return None
