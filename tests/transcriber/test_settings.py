"""The environment: what is taken, and the one line that a wrong value gives."""

import re

import pytest

from transcriber.errors import ConfigError
from transcriber.http.service import model_workers, processors
from transcriber.settings import Settings, read_settings

DESIGNED = (
    "WHISPER_MODEL WHISPER_DEVICE WHISPER_COMPUTE_TYPE WHISPER_WINDOW_SECONDS BATCH_SIZE API_KEY HOST PORT "
    "MAX_UPLOAD_BYTES MAX_AUDIO_SECONDS MAX_QUEUE_SECONDS"
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_every_variable_has_a_default() -> None:
    settings = read_settings()
    assert (settings.whisper_model, settings.port, settings.api_key) == ("small", 8000, None)


def test_the_documented_names_are_the_names() -> None:
    assert set(DESIGNED.split()) <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "http", "PORT='http': input should be a valid integer"),
        ("PORT", "70000", "PORT='70000': input should be less than or equal to 65535"),
        ("BATCH_SIZE", "-1", "BATCH_SIZE='-1': input should be greater than or equal to 0"),
        ("WHISPER_WINDOW_SECONDS", "31", "WHISPER_WINDOW_SECONDS='31': input should be less than or equal to 30"),
        ("WHISPER_DEVICE", "gpu", "WHISPER_DEVICE='gpu': input should be 'auto', 'cpu' or 'cuda'"),
        ("WHISPER_DEVICE_INDEX", "0;1", "WHISPER_DEVICE_INDEX='0;1': string should match"),
        ("MAX_QUEUE_SECONDS", "0", "MAX_QUEUE_SECONDS='0': input should be greater than 0"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT='xml': input should be 'auto', 'json' or 'text'"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=re.escape(says)) as raised:
        read_settings()
    assert len(str(raised.value).splitlines()) == 1


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "")
    monkeypatch.setenv("PORT", "")
    assert (read_settings().api_key, read_settings().port) == (None, 8000)


def test_the_key_is_not_shown() -> None:
    settings = Settings(api_key="s3cret")  # pyright: ignore[reportArgumentType] - as the environment gives it
    assert "s3cret" not in repr(settings)


def test_gpus_are_each_used_once_in_the_order_given() -> None:
    assert Settings(whisper_device_index="2,0,2").device_indexes == (2, 0)


@pytest.mark.parametrize(("device", "wanted", "workers"), [("cuda", 0, 1), ("cuda", 2, 2), ("cpu", 3, 3)])
def test_a_gpu_takes_one_batch_at_a_time_unless_told_otherwise(device: str, wanted: int, workers: int) -> None:
    assert model_workers(device, wanted) == workers


def test_a_processor_takes_a_batch_each_and_four_at_most() -> None:
    assert model_workers("cpu", 0) == min(4, processors())
