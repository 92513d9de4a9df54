"""AWS's clients, and what its refusals mean in terms of our settings. The one file that knows boto3."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
)

from consumer.errors import Dependency, EnvironmentFault, LecternError, TransientError

CREDENTIALS = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the instance a role"
SAID = {
    "allow it to the key of AWS_ACCESS_KEY_ID, or to the instance's role": "AccessDenied AccessDeniedException",
    CREDENTIALS: "ExpiredToken ExpiredTokenException InvalidAccessKeyId InvalidClientTokenId InvalidToken"
    " SignatureDoesNotMatch TokenRefreshRequired UnrecognizedClientException",
    "check SQS_QUEUE_URL and AWS_REGION": "InvalidAddress NonExistentQueue QueueDoesNotExist",
    "make it, or check S3_BUCKET": "NoSuchBucket",
    "set this machine's clock (chrony, ntpd)": "RequestExpired RequestTimeTooSkewed",
    "look at the key that encrypts it in KMS, and at its policy": "DisabledException InvalidStateException"
    " KMSDisabledException KMSInvalidStateException NotFoundException KmsAccessDenied KmsDisabled KmsInvalidState"
    " KmsNotFound KmsOptInRequired",
    "make room in the store, or raise its quota": "QuotaExceeded StorageFull XMinioStorageFull"
    " XMinioAdminBucketQuotaExceeded",
    "ask whoever owns the account": "AccountProblem AllAccessDisabled",
}
"""What to do about AWS's codes that every request would get; those of KMS without its name before them."""
REMEDIES = {code: remedy for remedy, codes in SAID.items() for code in codes.split()}
DEPENDENCIES = {"SQS": Dependency.QUEUE, "S3": Dependency.BUCKET}
NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)


def client(service: str, region: str, endpoint: str | None = None, **limits: Any) -> Any:
    """A client of one service; `limits` are botocore's, such as `read_timeout` in seconds."""
    return cast("Any", boto3).client(service, region_name=region, endpoint_url=endpoint, config=Config(**limits))


@contextmanager
def translate_errors(service: str, what: str, known: Mapping[str, type[LecternError]] | None = None) -> Generator[None]:
    """Around each call: botocore's exceptions become ours here and nowhere else.

    Those of a `known` code as told, the others EnvironmentFault where every request would get the same answer, else
    TransientError. Both name the dependency. `service` and `what` (a verb and its object) make the sentence.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        code = _code_of(error)
        if known and code in known:
            raise known[code](f"{service} would not {what}: {code}") from error
        dependency = DEPENDENCIES.get(service, Dependency.DATABASE)  # AWS itself signs tokens for it
        if cause := _remedy(error):
            raise EnvironmentFault(f"{service} refused to {what}: {cause}", dependency=dependency) from error
        raise TransientError(f"{service} could not {what}: {error}", dependency=dependency) from error


def _code_of(error: ClientError | BotoCoreError) -> str:
    """AWS's own code, without the service's name before it."""
    if isinstance(error, BotoCoreError):
        return ""
    return str(error.response.get("Error", {}).get("Code", "")).rsplit(".", 1)[-1]


def _remedy(error: ClientError | BotoCoreError) -> str | None:
    """What AWS said and what to do about it, where every request would get the same answer; else None."""
    if isinstance(error, NO_CREDENTIALS):
        return f"{error}: {CREDENTIALS}"
    if isinstance(error, ClientError) and (what := REMEDIES.get(_code_of(error))):
        said = str(error.response.get("Error", {}).get("Message") or _code_of(error)).rstrip(".")
        return f"{said}: {what}"
    return None
