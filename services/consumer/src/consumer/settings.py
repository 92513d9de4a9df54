"""The environment, read once. A missing or wrong variable is named in one line."""

import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, DirectoryPath, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumer.errors import ConfigError

AWS_QUEUE = re.compile(r"https://sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
EXTRACTOR_ARGS = re.compile(r"[\w.]+:[\w-]+=[^;]*(;[\w-]+=[^;]*)*")
T = TypeVar("T", bound=BaseSettings)


def _check_extractor_args(args: SecretStr) -> SecretStr:
    """As yt-dlp reads them; it would end without a word on anything else."""
    if not EXTRACTOR_ARGS.fullmatch(args.get_secret_value()):
        raise ValueError("should be like youtube:player_client=tv,web;po_token=web.gvs+XXX")
    return args


class StudySettings(BaseSettings):
    """Who writes cards and quiz."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    study_provider: Literal["anthropic", "openai", "extractive"] | None = None
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    anthropic_model: str | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str | None = None


class PipelineSettings(StudySettings):
    """What one video needs, without queue, database or bucket: enough for `lectern process`."""

    transcriber_url: str = Field(default="http://localhost:8000", pattern="^https?://")
    transcriber_api_key: SecretStr | None = None
    download_dir: Path = Path("/tmp/downloads")  # noqa: S108 - the name the worker before this one used
    max_video_seconds: Annotated[float, Field(gt=0)] = 4 * 3600
    ytdlp_cookies_file: FilePath | None = None
    ytdlp_proxy: SecretStr | None = None
    ytdlp_overlay_dir: Path | None = None
    ytdlp_extractor_args: Annotated[SecretStr, AfterValidator(_check_extractor_args)] | None = None
    ytdlp_plugin_dir: DirectoryPath | None = None


class DatabaseSettings(BaseSettings):
    """Where the rows are."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    db_host: str
    db_port: Annotated[int, Field(ge=1, le=65535)] = 5432
    db_name: str = "lectern"
    db_user: str
    db_password: SecretStr | None = None
    db_sslmode: Literal["disable", "prefer", "require", "verify-full"] = "prefer"
    db_iam_auth: bool = False
    video_table: str = "video"
    migrations_dir: Path | None = None
    aws_region: str = "us-east-1"


class Settings(PipelineSettings, DatabaseSettings):
    """Everything that `lectern consume` needs."""

    sqs_queue_url: str = Field(pattern="^https?://")
    s3_bucket: str = Field(min_length=3)
    aws_endpoint_url: str | None = None
    concurrency: Annotated[int, Field(ge=1, le=10)] = 2
    max_attempts: Annotated[int, Field(ge=1)] = 5
    retry_seconds: Annotated[float, Field(ge=1, le=600)] = 30
    lease_seconds: Annotated[float, Field(ge=3, le=3600)] = 120
    poll_seconds: Annotated[int, Field(ge=0, le=20)] = 20
    drain_seconds: Annotated[float, Field(ge=0)] = 60
    health_host: str = "0.0.0.0"  # noqa: S104 - inside a container; nothing secret is said there
    health_port: Annotated[int, Field(ge=0, le=65535)] = 8001


def read_settings(kind: type[T]) -> T:
    """The settings of one kind in the environment; raises ConfigError with one line."""
    try:
        settings = kind()
    except ValidationError as error:
        raise ConfigError(_explained(error)) from None
    if isinstance(settings, DatabaseSettings) and not (settings.db_password or settings.db_iam_auth):
        raise ConfigError("DB_PASSWORD is not set: set it, or DB_IAM_AUTH=1 for tokens from the instance role")
    if isinstance(settings, Settings):
        _check_region(settings)
    return settings


def _check_region(settings: "Settings") -> None:
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
