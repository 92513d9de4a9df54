"""Real parts for the consumer's tests: PostgreSQL, moto for SQS and S3, and the strict SQS."""

import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from consumer.clients.sqs import Queue
from consumer.database.evidence import Evidence
from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import Pool, connect
from consumer.database.settings import DatabaseSettings
from consumer.database.tables import Tables
from consumer.database.videos import Videos
from consumer.settings import Settings
from infra.sandbox.aws import KEYS, REGION, Aws, embedded_aws
from infra.sandbox.postgres import embedded_postgres
from infra.sandbox.standins.sqs import StrictSqs, strict_sqs
from infra.sandbox.standins.youtube import YouTubeStandin
from tests.support.consumer.harness import Harness
from tests.support.consumer.youtube import youtube_in_environment


@pytest.fixture(autouse=True)
def _aws_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key of the person who runs the tests is ever used, and no metadata service asked."""
    for name, value in {**KEYS, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database() -> AsyncGenerator[dict[str, str]]:
    """The environment of a running PostgreSQL.

    Not in pytest's own folder: the server runs as another user when we are root, and every pytest that starts shuts
    that folder to others.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        async with embedded_postgres(folder) as environment:
            yield environment


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def aws(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Aws]:
    """A running moto with a queue, its dead letters and a bucket."""
    async with embedded_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture
def database_settings(database: dict[str, str]) -> DatabaseSettings:
    """Settings for the running PostgreSQL."""
    return DatabaseSettings.model_validate({name.lower(): value for name, value in database.items()})


@pytest_asyncio.fixture
async def pool(database_settings: DatabaseSettings) -> AsyncGenerator[Pool]:
    """Connections to an empty database."""
    async with connect(database_settings, tries=1) as opened:
        await opened.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS lectern CASCADE")
        yield opened


@pytest_asyncio.fixture
async def videos(pool: Pool) -> Videos:
    """The table of videos, empty."""
    await migrate(pool, find_migrations(None), Tables())
    return Videos(pool, Tables())


@pytest_asyncio.fixture
async def sqs() -> AsyncGenerator[StrictSqs]:
    """SQS as strict as the real one."""
    async with strict_sqs() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def youtube() -> AsyncGenerator[YouTubeStandin]:
    """What every yt-dlp of this process and its children takes for YouTube."""
    async with youtube_in_environment() as site:
        yield site


@pytest.fixture
def queue(sqs: StrictSqs) -> Queue:
    """The consumer's door to the strict SQS."""
    return Queue(sqs.url, REGION, sqs.url.rsplit("/", 2)[0])


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """None of our settings is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.fixture
def evidence(pool: Pool, videos: Videos) -> Evidence:
    """What became of videos, nothing so far."""
    return Evidence(pool, Tables())


@pytest.fixture
def harness(sqs: StrictSqs, queue: Queue, videos: Videos, evidence: Evidence) -> Harness:
    """A worker's surroundings, whose work tests decide."""
    return Harness(sqs, queue, videos, evidence)
