"""Makes the queue, its dead-letter queue and the bucket in the local stand-in for AWS, once that answers."""

import json
import os
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3

MAX_RECEIVES = 10
WAIT_S, PAUSE_S = 60, 0.2


def main() -> None:
    """Create what SQS_QUEUE_URL and S3_BUCKET name; READY_FILE says that they are there."""
    wait_for(os.environ["AWS_ENDPOINT_URL"])
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    sqs = boto3.client("sqs", endpoint_url=endpoint, region_name=os.environ["AWS_REGION"])
    name = os.environ["SQS_QUEUE_URL"].rsplit("/", 1)[-1]
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
    sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "120"})
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name=os.environ["AWS_REGION"])
    s3.create_bucket(Bucket=os.environ["S3_BUCKET"])
    Path(os.environ["READY_FILE"]).touch()
    print(f"queue {name}, dead-letter queue {name}-dead and bucket {os.environ['S3_BUCKET']} are there")


def wait_for(address: str) -> None:
    """Until something answers there; raises OSError where nothing does for a minute."""
    at, until = urlsplit(address), time.monotonic() + WAIT_S
    while True:
        try:
            with socket.create_connection((at.hostname or "", at.port or 80), timeout=5):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
