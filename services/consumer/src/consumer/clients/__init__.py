"""The services that the consumer speaks to: SQS, S3, the transcriber; and programs that it runs."""
