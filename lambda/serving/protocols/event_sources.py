"""Recognizes events that carry no request and whose sender reads no answer.

Such an event is refused with an error. A normal return would tell SQS, Kinesis or DynamoDB that its records have been
processed, and they would be lost.
"""

from __future__ import annotations

from typing import Any

from serving.requests.wording import BadRequest, quoted

# The name of the service for each source that a record, or the event itself, may name
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
    """The event is no request."""


def check(event: Any) -> None:
    """Refuse the events of event sources.

    Raises:
        NoRequest: the event comes from an event source.
    """
    sender = sender_of(event)
    if sender is not None:
        raise NoRequest(
            f"this is an event of {sender}, which holds no rows, and nobody reads its answer: it was not processed. "
            "Invoke the function with a request, such as the one that invoke train-example writes, or score files in "
            "S3 with the module's batch"
        )


def sender_of(event: Any) -> str | None:
    """Return which service sent an event that carries no request, or None for any other event."""
    if not isinstance(event, dict):  # EventBridge Pipes send the records of a source in a bare list
        return sender_of(event[0]) if isinstance(event, list) and event and isinstance(event[0], dict) else None
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    for candidate in (first, event):
        if isinstance(candidate, dict):
            source = candidate.get("eventSource", candidate.get("EventSource"))
            if isinstance(source, str):
                return SOURCES.get(source, quoted(source))
    if isinstance(records, list):
        return "an event source"
    if isinstance(event.get("awslogs"), dict):
        return "CloudWatch Logs"
    if "deliveryStreamArn" in event and isinstance(event.get("records"), list):
        return "Firehose"
    if "detail-type" in event and "source" in event:
        return "EventBridge"
    return None
