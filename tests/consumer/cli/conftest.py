"""Commands as a shell runs them."""

from collections.abc import Generator

import pytest
import structlog

from infra.sandbox.aws import Aws
from infra.sandbox.standins.sqs import StrictSqs


@pytest.fixture(autouse=True)
def _logging() -> Generator[None]:
    """A command sets logging up for its process, which here is the tests' own."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def environment(
    clean_environment: pytest.MonkeyPatch, database: dict[str, str], sqs: StrictSqs, aws: Aws
) -> pytest.MonkeyPatch:
    """Everything the commands need; the queue is the strict one."""
    endpoint = sqs.url.rsplit("/", 2)[0]
    queue = {"SQS_QUEUE_URL": sqs.url, "AWS_ENDPOINT_URL": endpoint}
    for name, value in {**aws.environment, **queue, **database, "COLUMNS": "200"}.items():
        clean_environment.setenv(name, value)
    return clean_environment
