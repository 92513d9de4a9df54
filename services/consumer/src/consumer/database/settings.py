"""Where the database is, and how to get in."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from consumer.database.tables import Tables, parse_pairs

Pairs = Annotated[dict[str, str] | None, NoDecode, BeforeValidator(parse_pairs)]


class DatabaseSettings(BaseSettings):
    """Where the rows are."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    db_host: str = Field(description="the database's host name; on RDS the writer's endpoint")
    db_port: Annotated[int, Field(ge=1, le=65535)] = Field(default=5432, description="its port")
    db_name: str = Field(default="lectern", description="the database's name")
    db_user: str = Field(description="who connects")
    db_password: SecretStr | None = Field(default=None, description="needed unless DB_IAM_AUTH is set")
    db_sslmode: Literal["disable", "prefer", "require", "verify-full"] = Field(
        default="prefer", description="RDS wants require; verify-full also checks the name"
    )
    db_sslrootcert: FilePath | None = Field(
        default=None, description="certificates to trust with verify-full, such as RDS's bundle; else the system's"
    )
    db_iam_auth: bool = Field(
        default=False, description="1: short-lived tokens from the instance role instead of a password"
    )
    lectern_schema: str = Field(default="lectern", description="the schema of Lectern's own tables")
    video_table: str = Field(default="video", description="the table of videos, with its schema where it has one")
    video_id_column: str = Field(default="id", description="with VIDEO_COLUMNS: the column of a row's id")
    video_columns: Pairs = Field(
        default=None, description="the columns of a table of yours that are written: ours=theirs,status=state"
    )
    video_statuses: Pairs = Field(
        default=None, description="with VIDEO_COLUMNS: your words for the statuses: queued=PENDING,failed=ERROR"
    )
    migrations_dir: Path | None = Field(default=None, description="numbered .sql files instead of the built-in ones")
    aws_region: str = Field(default="us-east-1", description="the region of queue, bucket and database")

    @property
    def tables(self) -> Tables:
        """Where the rows are. Raises ConfigError."""
        return Tables(
            self.video_table, self.lectern_schema, self.video_id_column, self.video_columns, self.video_statuses
        )
