"""What AWS's codes mean: for everybody, or for now; and whose they are."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from consumer.clients import aws
from consumer.errors import Dependency, EnvironmentFault, LecternError, TransientError


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("RequestTimeTooSkewed", EnvironmentFault, "set this machine's clock"),
        ("InvalidToken", EnvironmentFault, "AWS_ACCESS_KEY_ID"),
        ("ExpiredToken", EnvironmentFault, "AWS_ACCESS_KEY_ID"),
        ("AccessDenied", EnvironmentFault, "allow it"),
        ("KMS.DisabledException", EnvironmentFault, "KMS"),
        ("KMS.KMSInvalidStateException", EnvironmentFault, "KMS"),
        ("XMinioStorageFull", EnvironmentFault, "make room"),
        ("QuotaExceeded", EnvironmentFault, "make room"),
        ("NoSuchBucket", EnvironmentFault, "S3_BUCKET"),
        ("ServiceUnavailable", TransientError, "ServiceUnavailable"),
        ("SlowDown", TransientError, "SlowDown"),
        ("InternalError", TransientError, "InternalError"),
    ],
)
def test_a_code_has_its_kind_its_advice_and_its_dependency(code: str, kind: type[LecternError], says: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "No."}}, "PutObject")
    with pytest.raises(kind, match=says) as raised, aws.translate_errors("S3", "store an object"):
        raise error
    assert raised.value.dependency is Dependency.BUCKET


def test_a_queue_that_does_not_answer_is_the_queue() -> None:
    with pytest.raises(TransientError) as raised, aws.translate_errors("SQS", "receive messages"):
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    assert raised.value.dependency is Dependency.QUEUE
