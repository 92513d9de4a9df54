"""The steps that .env.example states for AWS leave nothing of the stand-ins behind, and everything that AWS needs."""

import os

import pytest

from consumer.settings import Settings, read_settings
from tests.support.e2e.env_file import EXAMPLE, FILLED_IN, for_aws, variables


def test_the_steps_are_stated() -> None:
    words = " ".join(EXAMPLE.read_text().replace("# ", "").split())
    assert 'For AWS: delete the block "this machine alone" and uncomment and fill in the block "AWS".' in words


def test_what_must_be_filled_in_is_empty() -> None:
    empty = {name for name, value in variables(for_aws({})).items() if not value}
    assert empty == set(FILLED_IN) - {"AWS_REGION"}


def test_nothing_of_the_stand_ins_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is set beats the instance's role, and RDS wants encrypted connections."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "DB_", "SQS_", "S3_"))]:
        monkeypatch.delenv(name)
    found = variables(for_aws(FILLED_IN))
    assert set(found) & {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "COMPOSE_PROFILES"} == set()
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(Settings)
    assert (settings.aws_endpoint_url, settings.db_sslmode, settings.aws_region) == (None, "require", "eu-west-1")
