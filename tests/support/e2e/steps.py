"""What the end-to-end tests do and wait for."""

from typing import Any

from infra.sandbox.system import EmbeddedSystem
from infra.sandbox.waiting import wait_until

JOB_S = 60.0


async def until_status(system: EmbeddedSystem, video: str, *statuses: str, within_s: float = JOB_S) -> dict[str, Any]:
    """The row, once it has one of these statuses."""
    row: dict[str, Any] = {}

    async def there() -> bool:
        row.update(await system.row(video) or {})
        return row.get("status") in statuses

    await wait_until(there, within_s, f"video {video} is {' or '.join(statuses)}, but it is {row or 'not there'}")
    return row


async def until_queue_is_empty(system: EmbeddedSystem) -> None:
    """Until every message has been dealt with."""
    sqs = system.aws.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def empty() -> bool:
        found = sqs.get_queue_attributes(QueueUrl=system.aws.queue_url, AttributeNames=names)["Attributes"]
        return all(found[name] == "0" for name in names)

    await wait_until(empty, JOB_S, "the queue is empty")
