"""What is missing or wrong at the start: one line that names the setting and says what to do, and no work begun."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from consumer.database.videos import Videos
from consumer.errors import ConfigError, EnvironmentFault, LecternError
from infra.sandbox.aws import Aws
from infra.sandbox.standins.serving import serving
from tests.support.commands import lectern


@pytest.fixture(autouse=True)
def _logging() -> Generator[None]:
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture
async def transcriber() -> AsyncGenerator[str]:
    async def ready(_: Request) -> JSONResponse:
        return JSONResponse({"model": "pocket", "device": "cpu"})

    async def models(request: Request) -> JSONResponse:
        wrong = request.headers.get("authorization", "") not in ("", "Bearer right")
        return JSONResponse({"detail": "the API key is wrong"} if wrong else {"data": []}, 401 if wrong else 200)

    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("<html>another service</html>")

    routes = [Route("/health/ready", ready), Route("/v1/models", models), Route("/other/{path:path}", page)]
    async with serving(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
def settings(database: dict[str, str], aws: Aws, transcriber: str, tmp_path: Path) -> dict[str, str]:
    """Everything is well."""
    ours = {"DOWNLOAD_DIR": str(tmp_path), "TRANSCRIBER_URL": transcriber, "HEALTH_HOST": "127.0.0.1"}
    return {**aws.environment, **database, **ours}


@pytest.fixture
def environment(clean_environment: pytest.MonkeyPatch, settings: dict[str, str], videos: Videos) -> pytest.MonkeyPatch:
    """The same, until the test says otherwise."""
    for name, value in settings.items():
        clean_environment.setenv(name, value)
    return clean_environment


@pytest.mark.parametrize(
    ("name", "value", "kind", "words"),
    [
        ("SQS_QUEUE_URL", "lectern", ConfigError, "SQS_QUEUE_URL='lectern': should begin with http:// or https://"),
        ("YTDLP_COOKIES_FILE", "/no/such", ConfigError, "YTDLP_COOKIES_FILE='/no/such': path does not point to a file"),
        ("DB_NAME", "nope", EnvironmentFault, 'database "nope" does not exist (check DB_USER, DB_PASSWORD, DB_NAME)'),
        (
            "VIDEO_TABLE",
            "nope",
            EnvironmentFault,
            'relation "nope" does not exist (run lectern migrate, or check VIDEO_',
        ),
        ("S3_BUCKET", "nowhere", EnvironmentFault, "bucket does not exist: make it, or check S3_BUCKET"),
        ("TRANSCRIBER_URL", "http://127.0.0.1:1", EnvironmentFault, "(TRANSCRIBER_URL) cannot be reached"),
        ("DOWNLOAD_DIR", "/proc/no", EnvironmentFault, "(DOWNLOAD_DIR) cannot be written"),
        ("STUDY_PROVIDER", "openai", ConfigError, "STUDY_PROVIDER=openai needs OPENAI_API_KEY, which is not set"),
    ],
)
async def test_a_wrong_setting_is_named(
    environment: pytest.MonkeyPatch, name: str, value: str, kind: type[LecternError], words: str
) -> None:
    environment.setenv(name, value)
    done = await lectern("consume")
    assert isinstance(done.exception, kind)
    assert words in str(done.exception)
    assert "\n" not in str(done.exception)


async def test_a_wrong_key_for_the_transcriber_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TRANSCRIBER_API_KEY", "wrong")
    said = str((await lectern("consume")).exception)
    assert said == "the transcriber refused us with 401: the API key is wrong (check TRANSCRIBER_API_KEY)"


@pytest.mark.parametrize("path", ["other", "nothing"])
async def test_another_service_at_the_transcriber_s_address_is_named(
    environment: pytest.MonkeyPatch, transcriber: str, path: str
) -> None:
    environment.setenv("TRANSCRIBER_URL", f"{transcriber}/{path}")
    done = await lectern("consume")
    assert isinstance(done.exception, EnvironmentFault)
    assert "check TRANSCRIBER_URL" in str(done.exception)


async def test_a_queue_that_does_not_exist_is_named(environment: pytest.MonkeyPatch, aws: Aws) -> None:
    environment.setenv("SQS_QUEUE_URL", f"{aws.queue_url}-not")
    assert str((await lectern("consume")).exception).endswith("does not exist: check SQS_QUEUE_URL and AWS_REGION")


async def test_a_queue_in_another_region_is_seen_before_anything_is_asked(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AWS_ENDPOINT_URL")
    environment.setenv("SQS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/lectern")
    done = await lectern("consume")
    assert isinstance(done.exception, ConfigError)
    assert "AWS_REGION=us-east-1, but the queue of SQS_QUEUE_URL is in eu-west-1" in str(done.exception)


def test_missing_credentials_say_what_to_do_at_once(settings: dict[str, str], tmp_path: Path) -> None:
    """As an operator would run it: in this process boto3 remembers the keys of other tests."""
    files = dict.fromkeys(("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"), str(tmp_path / "none"))
    kept = {name: value for name, value in settings.items() if "KEY" not in name}
    environment = {**kept, **files, "AWS_EC2_METADATA_DISABLED": "true", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "consumer", "redrive"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the instance a role" in done.stderr


async def test_a_health_port_that_is_taken_is_named(environment: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment.setenv("HEALTH_PORT", str(port))
        done = await lectern("consume")
    assert isinstance(done.exception, ConfigError)
    assert (
        str(done.exception) == f"HEALTH_HOST=127.0.0.1 HEALTH_PORT={port} cannot be listened on: address already in use"
    )


async def test_the_doctor_names_each_of_them_in_one_line(environment: pytest.MonkeyPatch) -> None:
    wrong = {
        "DB_HOST": "127.0.0.1",
        "DB_PORT": "1",
        "S3_BUCKET": "nowhere",
        "TRANSCRIBER_URL": "http://127.0.0.1:1",
        "STUDY_PROVIDER": "anthropic",
        "DOWNLOAD_DIR": "/proc/no",
        "YTDLP_PROXY": "http://127.0.0.1:1",
    }
    for name, value in wrong.items():
        environment.setenv(name, value)
    done = await lectern("doctor")
    assert done.exit_code == 1
    bad = {line.split()[1]: line for line in done.output.splitlines() if line.startswith(("BAD", "??"))}
    assert bad["YouTube"].startswith("??")  # it may come back, and is waited for
    assert list(bad) == ["YouTube", "disk", "database", "wordings", "bucket", "transcriber", "study"]
    for part, setting in (
        ("YouTube", "YTDLP_PROXY"),
        ("disk", "DOWNLOAD_DIR"),
        ("database", "DB_HOST"),
        ("bucket", "S3_BUCKET"),
        ("transcriber", "TRANSCRIBER_URL"),
        ("study", "ANTHROPIC_API_KEY"),
    ):
        assert setting in bad[part]
