"""The environment: what is needed, and the one line that says what is missing or wrong."""

import pytest

from consumer.app import make_tools
from consumer.errors import ConfigError
from consumer.settings import DatabaseSettings, PipelineSettings, Settings, read_settings

GOOD = {
    "SQS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/lectern",
    "DB_HOST": "db",
    "DB_USER": "lectern",
    "DB_PASSWORD": "s3cret",
    "S3_BUCKET": "lectern",
}


@pytest.fixture
def environment(clean_environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Just enough to run."""
    for name, value in GOOD.items():
        clean_environment.setenv(name, value)
    return clean_environment


def test_five_variables_are_enough(environment: pytest.MonkeyPatch) -> None:
    settings = read_settings(Settings)
    assert (settings.db_name, settings.db_port, settings.video_table) == ("lectern", 5432, "video")
    assert str(settings.download_dir) == "/tmp/downloads"


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_one_is_named_in_one_line(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(ConfigError, match=f"{name}.* not set") as caught:
        read_settings(Settings)
    assert "\n" not in str(caught.value)


def test_extractor_args_are_checked_and_never_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("YTDLP_EXTRACTOR_ARGS", "youtube:player_client=tv,web;po_token=web.gvs+XXX=")
    read_settings(Settings)
    environment.setenv("YTDLP_EXTRACTOR_ARGS", "po_token secret")
    with pytest.raises(
        ConfigError, match=r"YTDLP_EXTRACTOR_ARGS=…: .*should be like youtube:player_client=tv"
    ) as caught:
        read_settings(Settings)
    assert "secret" not in str(caught.value)


def test_an_empty_one_counts_as_missing(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DB_HOST", "")
    with pytest.raises(ConfigError, match="DB_HOST not set"):
        read_settings(Settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PORT", "many"),
        ("DB_PORT", "70000"),
        ("SQS_QUEUE_URL", "lectern"),
        ("DB_SSLMODE", "maybe"),
        ("STUDY_PROVIDER", "gpt"),
        ("TRANSCRIBER_URL", "localhost:8000"),
        ("CONCURRENCY", "0"),
        ("POLL_SECONDS", "21"),
        ("MAX_VIDEO_SECONDS", "-1"),
    ],
)
def test_a_wrong_one_is_named_with_its_value(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(ConfigError, match=f"{name}='{value}': ") as caught:
        read_settings(Settings)
    assert "\n" not in str(caught.value)


def test_instance_role_tokens_need_no_password(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DB_PASSWORD")
    environment.setenv("DB_IAM_AUTH", "1")
    assert read_settings(DatabaseSettings).db_iam_auth


def test_secrets_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ANTHROPIC_API_KEY", "sk-ant-1")
    shown = repr(read_settings(Settings))
    assert "s3cret" not in shown
    assert "sk-ant-1" not in shown


def test_a_video_without_queue_needs_nothing(clean_environment: pytest.MonkeyPatch) -> None:
    assert read_settings(PipelineSettings).transcriber_url == "http://localhost:8000"


async def test_a_provider_without_its_key_is_a_configuration_error(clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("STUDY_PROVIDER", "anthropic")
    with pytest.raises(ConfigError, match="STUDY_PROVIDER=anthropic needs ANTHROPIC_API_KEY"):
        async with make_tools(read_settings(PipelineSettings)):
            pass


async def test_no_provider_and_no_key_means_extractive_with_a_warning(clean_environment: pytest.MonkeyPatch) -> None:
    async with make_tools(read_settings(PipelineSettings)) as tools:
        assert tools.provider.name == "extractive"
        assert "without a language model" in tools.provider.warnings[0]


def test_the_layout_of_subtitles_is_what_is_set(clean_environment: pytest.MonkeyPatch) -> None:
    assert PipelineSettings().subtitle_fields == {}
    clean_environment.setenv("SUBTITLE_MAX_LINE_WIDTH", "32")
    clean_environment.setenv("SUBTITLE_HIGHLIGHT_WORDS", "1")
    assert PipelineSettings().subtitle_fields == {"max_line_width": "32", "highlight_words": "true"}
