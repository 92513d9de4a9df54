"""The environment, read once. Every variable has a default, so that `transcriber` alone starts."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from transcriber.errors import ConfigError

LogFormat = Literal["auto", "json", "text"]


class Settings(BaseSettings):
    """One field a variable, named alike in capitals; `transcriber --help` prints this."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    whisper_model: str = Field(default="small", description="a faster-whisper model name, a hub id, or a path")
    whisper_device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto takes a GPU if there is one"
    )
    whisper_device_index: Annotated[str, Field(pattern=r"^\d{1,2}(,\d{1,2})*$")] = Field(
        default="0", description="which GPUs, such as 0,1: the model is loaded on each"
    )
    whisper_compute_type: Literal[
        "auto", "default", "float32", "float16", "bfloat16", "int8", "int8_float16", "int8_float32", "int8_bfloat16"
    ] = Field(default="auto", description="auto: float16 on a GPU, int8 on a CPU")
    whisper_window_seconds: Annotated[float, Field(ge=5, le=30)] = Field(
        default=30, description="longest window; less than Whisper's 30 only for models trained on less"
    )
    beam_size: Annotated[int, Field(ge=1, le=10)] = Field(default=5, description="1 is greedy: faster, hears less well")
    short_encodes: bool = Field(
        default=True,
        description="clips of up to 12.5 s are encoded at 10 to 25 s, not 30: half the time, same words",
    )
    batch_size: Annotated[int, Field(ge=0, le=128)] = Field(
        default=0, description="windows a batch; 0 means 16 on a GPU and 4 on a CPU"
    )
    model_workers: Annotated[int, Field(ge=0, le=16)] = Field(
        default=0,
        description="batches in the model at one time; 0 means 1 on a GPU, and on a CPU 1 a processor, up to 4",
    )
    api_key: SecretStr | None = Field(default=None, description="if set, clients must send it as a bearer token")
    model_names: str = Field(
        default="", description="more names, by commas, under which clients may ask for the model; * takes every name"
    )
    allow_origins: str = Field(
        default="", description="web pages that may call from a browser, by commas, such as https://a.example; * is all"
    )
    drop_in_routes: Annotated[str, Field(pattern=r"^((asr|inference)(,|$))*$")] = Field(
        default="",
        description="routes of other services to have, by commas: asr (whisper-asr-webservice), inference "
        "(whisper.cpp)",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="port to listen on")
    max_upload_bytes: Annotated[int, Field(ge=1)] = Field(default=2 << 30, description="larger uploads get 413")
    max_audio_seconds: Annotated[float, Field(gt=0)] = Field(default=12 * 3600, description="longer audio gets 413")
    max_queue_seconds: Annotated[float, Field(gt=0)] = Field(
        default=3600, description="more predicted work than this waiting: 503 with Retry-After"
    )
    max_run_seconds: Annotated[float, Field(gt=0)] = Field(
        default=24 * 3600, description="a request that is not done by then: 504"
    )
    max_batch_seconds: Annotated[float, Field(gt=0)] = Field(
        default=1800, description="a batch that has not ended by then: the service is not ready, and ends with 70"
    )
    max_requests: Annotated[int, Field(ge=1)] = Field(
        default=256, description="uploads and transcriptions at one time; more get 503"
    )
    client_timeout_seconds: Annotated[float, Field(gt=0)] = Field(
        default=30, description="how long a client may stall while it sends or should read, before it is cut off"
    )
    abandoned_seconds: Annotated[float, Field(ge=0)] = Field(
        default=60, description="how long work goes on whose client left before its answer, for when it comes again"
    )
    result_seconds: Annotated[float, Field(gt=0)] = Field(
        default=3600, description="how long a job's result can be fetched after its end"
    )
    max_result_bytes: Annotated[int, Field(ge=1)] = Field(
        default=64 << 20, description="memory for the results of jobs, which are kept packed; beyond it the oldest go"
    )
    result_dir: str = Field(
        default="", description="a folder that keeps jobs and their results over a restart; unset: memory alone"
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="signs what webhooks are sent (standardwebhooks.com); whsec_ and base64, or any text"
    )
    webhook_hosts: str = Field(
        default="", description="hosts, by commas, that a job's webhook may be on; it needs WEBHOOK_SECRET"
    )
    drain_seconds: Annotated[float, Field(ge=0)] = Field(
        default=60, description="how long a stop lets running requests finish"
    )
    log_format: LogFormat = Field(default="auto", description="auto: text on a terminal, else one JSON object a line")
    otel_exporter_otlp_endpoint: str = Field(
        default="", description="where spans go by OTLP over HTTP, such as http://collector:4318; needs the extra otel"
    )
    revision: str = Field(default="", description="the commit, as the image says it; told to Prometheus")

    @field_validator("webhook_hosts")
    @classmethod
    def _signed(cls, hosts: str, info: ValidationInfo) -> str:
        if hosts.strip() and not info.data.get("webhook_secret"):
            raise ValueError("a webhook is always signed: set WEBHOOK_SECRET too")
        return hosts

    @property
    def device_indexes(self) -> tuple[int, ...]:
        """The GPUs to use, each once, in the order given."""
        return tuple(dict.fromkeys(int(index) for index in self.whisper_device_index.split(",")))


def split(value: str) -> tuple[str, ...]:
    """The parts of a setting that is a list by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def read_settings() -> Settings:
    """The settings in the environment; raises ConfigError with one line that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise ConfigError(f"{name}={first['input']!r}: {first['msg'].lower()}") from None
