"""The environment, read once. A missing or wrong variable is named in one line.

Rooms that read settings of their own declare them (`study.providers.registry`, `database.settings`); here they are put
together. One field a variable, named alike in capitals; `lectern --help` prints them.
"""

import re
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, DirectoryPath, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings

from consumer.database.settings import DatabaseSettings
from consumer.errors import ConfigError
from consumer.observability.logs import LogFormat
from consumer.study.providers.registry import StudySettings

AWS_QUEUE = re.compile(r"https://sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
EXTRACTOR_ARGS = re.compile(r"[\w.]+:[\w-]+=[^;]*(;[\w-]+=[^;]*)*")
T = TypeVar("T", bound=BaseSettings)


def _check_extractor_args(args: SecretStr) -> SecretStr:
    """As yt-dlp reads them; it would end without a word on anything else."""
    if not EXTRACTOR_ARGS.fullmatch(args.get_secret_value()):
        raise ValueError("should be like youtube:player_client=tv,web;po_token=web.gvs+XXX")
    return args


class PipelineSettings(StudySettings):
    """What one video needs, without queue, database or bucket: enough for `lectern process`."""

    transcriber_url: str = Field(
        default="http://localhost:8000",
        pattern=r"^https?://[^\s,]+(\s*,\s*https?://[^\s,]+)*$",
        description="where the transcriber listens; several, separated by commas, or one name with several addresses",
    )
    transcriber_api_key: SecretStr | None = Field(default=None, description="the transcriber's API_KEY, if it has one")
    subtitle_max_line_width: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="characters a line; set, subtitles are cut by openai-whisper's rules, not the trade's"
    )
    subtitle_max_line_count: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="lines a cue, with SUBTITLE_MAX_LINE_WIDTH"
    )
    subtitle_max_words_per_line: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="words a cue, by openai-whisper's rules"
    )
    subtitle_highlight_words: bool = Field(default=False, description="underline each word while it is said")
    deck_sounds: bool = Field(default=False, description="let deck.apkg play the quoted words: 200 kB more a note")
    download_dir: Path = Field(
        default=Path("/tmp/downloads"),  # noqa: S108 - the name the worker before this one used
        description="videos under way; consumers on one machine may share it",
    )
    max_video_seconds: Annotated[float, Field(gt=0)] = Field(
        default=4 * 3600, description="longer videos are rejected before a byte is fetched"
    )
    max_recording_bytes: Annotated[int, Field(gt=0)] = Field(
        default=8 * 10**9, description="uploaded recordings that are larger are rejected before a byte is fetched"
    )
    ytdlp_cookies_file: FilePath | None = Field(
        default=None, description="a Netscape cookie file, of an account that may be lost"
    )
    ytdlp_proxy: SecretStr | None = Field(
        default=None, description="another way out, where YouTube blocks this address"
    )
    ytdlp_overlay_dir: Path | None = Field(default=None, description="where update-ytdlp puts a newer yt-dlp")
    ytdlp_extractor_args: Annotated[SecretStr, AfterValidator(_check_extractor_args)] | None = Field(
        default=None, description="what yt-dlp's --extractor-args takes, such as youtube:player_client=tv"
    )
    ytdlp_plugin_dir: DirectoryPath | None = Field(
        default=None, description="a folder with the only yt-dlp plugins that are loaded"
    )

    @property
    def transcriber_urls(self) -> list[str]:
        """Where each transcriber listens."""
        return [url.strip() for url in self.transcriber_url.split(",")]

    @property
    def subtitle_fields(self) -> dict[str, str]:
        """The transcriber's form fields for the subtitles' layout, those that are set."""
        names = ("max_line_width", "max_line_count", "max_words_per_line", "highlight_words")
        found = {name: getattr(self, f"subtitle_{name}") for name in names}
        return {name: str(value).lower() for name, value in found.items() if value}


class Settings(PipelineSettings, DatabaseSettings):
    """Everything that `lectern consume` needs."""

    sqs_queue_url: str = Field(pattern="^https?://", description="the queue's address, as the console shows it")
    s3_bucket: str = Field(min_length=3, description="the bucket's name")
    aws_endpoint_url: str | None = Field(default=None, description="stand-ins for SQS and S3 instead of AWS")
    concurrency: Annotated[int, Field(ge=1, le=64)] = Field(
        default=16, description="most videos at a time, in all stages: lower it for a small disk or memory"
    )
    max_attempts: Annotated[int, Field(ge=1)] = Field(
        default=5, description="true tries at a video before its row is failed; below the queue's maxReceiveCount"
    )
    retry_seconds: Annotated[float, Field(ge=1, le=600)] = Field(
        default=30, description="wait before the second try; the third waits 4 times as long, the fourth 20 times"
    )
    lease_seconds: Annotated[float, Field(ge=3, le=3600)] = Field(
        default=120, description="how long a dead consumer's video waits for the next one"
    )
    poll_seconds: Annotated[int, Field(ge=0, le=20)] = Field(
        default=2,
        description="how long one poll of the queue, and an idle stop, waits; SQS's most is 20",
    )
    drain_seconds: Annotated[float, Field(ge=0)] = Field(default=60, description="how long a stop lets work finish")
    health_host: str = Field(
        default="0.0.0.0",  # noqa: S104 - inside a container; nothing secret is said there
        description="where /health and /metrics listen",
    )
    health_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8001, description="their port; 0 is any free one"
    )
    log_format: LogFormat = Field(default="auto", description="auto: text on a terminal, else one JSON object a line")
    otel_exporter_otlp_endpoint: str = Field(
        default="", description="where spans go by OTLP over HTTP, such as http://collector:4318; needs the extra otel"
    )
    revision: str = Field(default="", description="the commit, as the image says it; told to Prometheus")


def read_settings(kind: type[T]) -> T:
    """The settings of one kind in the environment. Raises ConfigError with one line that names what is wrong."""
    try:
        settings = kind()
    except ValidationError as error:
        raise ConfigError(_explained(error)) from None
    if isinstance(settings, DatabaseSettings) and not (settings.db_password or settings.db_iam_auth):
        raise ConfigError("DB_PASSWORD is not set: set it, or DB_IAM_AUTH=1 for tokens from the instance role")
    if isinstance(settings, Settings):
        _check_region(settings)
    return settings


def _check_region(settings: Settings) -> None:
    """Requests are signed for AWS_REGION: for a queue elsewhere AWS would only say that the signature is wrong."""
    found = AWS_QUEUE.match(settings.sqs_queue_url)
    if found and settings.aws_endpoint_url is None and found["region"] != settings.aws_region:
        where = f"the queue of SQS_QUEUE_URL is in {found['region']}"
        raise ConfigError(f"AWS_REGION={settings.aws_region}, but {where}: change the one that is wrong")


def _explained(error: ValidationError) -> str:
    missing = [str(each["loc"][0]).upper() for each in error.errors() if each["type"] == "missing"]
    if missing:
        return f"{', '.join(missing)} not set: .env.example says what each should be"
    first = error.errors()[0]
    name = str(first["loc"][0]).upper()
    shown = "…" if any(sign in name for sign in ("KEY", "PASSWORD", "PROXY", "ARGS")) else repr(first["input"])
    if first["type"] == "string_pattern_mismatch":
        return f"{name}={shown}: should begin with http:// or https://"
    return f"{name}={shown}: {first['msg'].lower()}"
