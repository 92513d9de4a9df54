"""Makes the queue, its dead-letter queue and the bucket in the local stand-in for AWS; safe to run again."""

import json
import os

import boto3

MAX_RECEIVES = 10


def main() -> None:
    """Create what SQS_QUEUE_URL and S3_BUCKET name."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    sqs = boto3.client("sqs", endpoint_url=endpoint, region_name=os.environ["AWS_REGION"])
    name = os.environ["SQS_QUEUE_URL"].rsplit("/", 1)[-1]
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
    sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "120"})
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name=os.environ["AWS_REGION"])
    s3.create_bucket(Bucket=os.environ["S3_BUCKET"])
    print(f"queue {name}, dead-letter queue {name}-dead and bucket {os.environ['S3_BUCKET']} are there")


if __name__ == "__main__":
    main()
