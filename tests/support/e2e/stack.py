"""Lectern as an operator has it: a copy of this checkout, `.env` from the example, and `docker compose`."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consumer.models import Status
from infra.sandbox.paths import ROOT
from infra.sandbox.processes import free_port
from infra.sandbox.waiting import wait_until

TAG = "compose-test"
BUILD_S, UP_S, COMMAND_S, JOB_S, POLL_S = 900.0, 240.0, 120.0, 120.0, 0.5
LABELS = {"REVISION": "0123abc", "CREATED": "2026-01-31T12:00:00Z", "SOURCE": "https://example.org/lectern"}
ONCE = ("model", "migrate", "doctor")
OVERLAY = "tests/e2e/compose/youtube.yml"
SETTINGS = {
    "COMPOSE_FILE": f"docker-compose.yml:{OVERLAY}",
    "LECTERN_TAG": TAG,
    "BUILD": "1",
    "WHISPER_MODEL": "/models/model",
    "WHISPER_WINDOW_SECONDS": "10",
    "WHISPER_COMPUTE_TYPE": "float32",
    "MODELS": "./infra/sandbox/assets/pocket-model",
    "STUDY_PROVIDER": "extractive",
    "LEASE_SECONDS": "8",
    "POLL_SECONDS": "2",
    "SHORT_ENCODES": "0",  # a job must last longer than the grace
    "DRAIN_SECONDS": "1",
}


class ComposeFailed(Exception):
    """A command of docker's failed; the text has what it said."""


@dataclass
class Stack:
    """One compose project in its own folder; `close` leaves no container, volume or network behind."""

    folder: Path
    media: Path
    port: int = field(default_factory=free_port)

    def prepare(self) -> None:
        """Copy what git knows of, and write `.env` as the README says, with the test's settings at its end."""
        names = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard"],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        for name in names.stdout.splitlines():
            if (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.folder / name)
        example = (ROOT / ".env.example").read_text()
        settings = {**SETTINGS, "PUBLISH_PORT": str(self.port), "MEDIA": str(self.media)}
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self.folder / ".env").write_text(example + lines)

    @property
    def url(self) -> str:
        """The one published port."""
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *arguments: str, within_s: float = COMMAND_S, settings: Mapping[str, str] | None = None) -> str:
        """`docker compose …`; what it printed. Raises ComposeFailed with all of it."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return run(["docker", "compose", *arguments], self.folder, within_s, {**environment, **(settings or {})})

    def up(self) -> None:
        """Start what does not run and wait; raises ComposeFailed with the last words of what ran once."""
        try:
            self.compose("up", "--detach", "--wait", within_s=UP_S)
        except ComposeFailed as error:
            said = self.compose("logs", "--no-log-prefix", "--tail", "20", *ONCE)
            raise ComposeFailed(f"{error}\n{said}") from error

    @contextmanager
    def setting(self, **settings: str) -> Generator[None]:
        """These at the end of `.env`, until the end."""
        env = self.folder / ".env"
        right = env.read_text()
        env.write_text(right + "".join(f"{name}={value}\n" for name, value in settings.items()))
        try:
            yield
        finally:
            env.write_text(right)

    def config(self, *files: str, **settings: str) -> dict[str, Any]:
        """What compose understands of these files."""
        chosen = {"COMPOSE_FILE": ":".join(("docker-compose.yml", *files)), **settings}
        return json.loads(self.compose("config", "--format", "json", settings=chosen))

    def container(self, service: str) -> str:
        """The id of a service's container, running or not."""
        return self.compose("ps", "--all", "--quiet", service).strip()

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        return json.loads(run(["docker", "inspect", self.container(service)], self.folder))[0]

    def python(self, service: str, program: str) -> str:
        """Run a line of Python inside a service's container."""
        return self.compose("exec", "-T", service, "python", "-c", program)

    def status_of(self, service: str, port: int, path: str) -> int:
        """What a service answers inside of its container."""
        asked = f"import httpx; print(httpx.get('http://127.0.0.1:{port}{path}', trust_env=False).status_code)"
        return int(self.python(service, asked))

    def sql(self, statement: str) -> list[str]:
        """Rows of a statement, their columns joined by `|`."""
        psql = ["psql", "-U", "lectern", "-d", "lectern", "--no-align", "--tuples-only", "-c", statement]
        return self.compose("exec", "-T", "postgres", *psql).splitlines()

    def send(self, video: str, url: str) -> None:
        """Put a message on the queue, as any producer would."""
        body = json.dumps({"video_id": video, "youtube_url": url})
        call = f"send_message(QueueUrl=os.environ['SQS_QUEUE_URL'], MessageBody={body!r})"
        self.python("consumer", f"import boto3, os; {_client('sqs')}.{call}")

    def stored(self, video: str, column: str) -> str:
        """The text of the object that one of a row's columns names."""
        (key,) = self.sql(f"SELECT {column} FROM video WHERE id = '{video}'")  # noqa: S608 - names of our own
        call = f"get_object(Bucket=os.environ['S3_BUCKET'], Key={key!r})['Body'].read().decode()"
        return self.python("consumer", f"import boto3, os; print({_client('s3')}.{call})")

    async def until_status(self, video: str, wanted: str) -> None:
        """Wait until the row has this status; if it ends otherwise, AssertionError with the services' last words."""
        seen = ""

        async def there() -> bool:
            nonlocal seen
            rows = await asyncio.to_thread(self.sql, f"SELECT status FROM video WHERE id = '{video}'")  # noqa: S608 - ids of our own
            seen = rows[0] if rows else "no row"
            return seen in {wanted, *(status for status in Status if status.is_end)}

        with suppress(AssertionError):
            await wait_until(there, JOB_S, every_s=POLL_S)
        logs = "" if seen == wanted else self.compose("logs", "--tail", "40", "consumer", "transcriber")
        assert seen == wanted, f"{video} is {seen}:\n{logs}"

    def forget(self) -> None:
        """Restart the transcriber, which answers at once where it has heard the same sound; so does the bucket."""
        kept = "Bucket=os.environ['S3_BUCKET'], Prefix='videos/.checkpoints/'"
        gone = (
            "[s3.delete_object(Bucket=os.environ['S3_BUCKET'], Key=each['Key']) for each in found.get('Contents', [])]"
        )
        self.python("consumer", f"import boto3, os; s3 = {_client('s3')}; found = s3.list_objects_v2({kept}); {gone}")
        self.compose("restart", "transcriber")
        self.up()

    def close(self) -> None:
        """Containers, volumes and networks; the images stay, as a cache for the next run."""
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "5")


def _client(service: str) -> str:
    return f"boto3.client('{service}', region_name=os.environ['AWS_REGION'])"


def run(
    command: Sequence[str], folder: Path, within_s: float = COMMAND_S, environment: Mapping[str, str] | None = None
) -> str:
    """A command's output; raises ComposeFailed with what it printed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=within_s, env=environment, check=False
    )
    if done.returncode != 0:
        raise ComposeFailed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout
