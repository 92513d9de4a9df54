"""What AWS's refusals mean, and which setting to look at. `sqs` and `storage` are the doors that ask."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
)

CREDENTIALS = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the instance a role"
ALLOW = "allow it to the key of AWS_ACCESS_KEY_ID, or to the instance's role"
QUEUE = "check SQS_QUEUE_URL and AWS_REGION"
BUCKET = "make it, or check S3_BUCKET"
REMEDIES = {
    "AccessDenied": ALLOW,
    "AccessDeniedException": ALLOW,
    "ExpiredToken": CREDENTIALS,
    "InvalidAccessKeyId": CREDENTIALS,
    "InvalidClientTokenId": CREDENTIALS,
    "SignatureDoesNotMatch": CREDENTIALS,
    "UnrecognizedClientException": CREDENTIALS,
    "InvalidAddress": QUEUE,
    "NonExistentQueue": QUEUE,
    "QueueDoesNotExist": QUEUE,
    "NoSuchBucket": BUCKET,
}
NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)


def code_of(error: ClientError) -> str:
    """AWS's own code, without the service's name before it."""
    return str(error.response.get("Error", {}).get("Code", "")).rsplit(".", 1)[-1]


def remedy(error: ClientError | BotoCoreError) -> str | None:
    """What AWS said and what to do about it, where every request would get the same answer; else None."""
    if isinstance(error, NO_CREDENTIALS):
        return f"{error}: {CREDENTIALS}"
    if isinstance(error, ClientError) and (what := REMEDIES.get(code_of(error))):
        said = str(error.response.get("Error", {}).get("Message") or code_of(error)).rstrip(".")
        return f"{said}: {what}"
    return None
