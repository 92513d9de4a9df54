"""The environment: what is taken, and the one line that a wrong value gives."""

import re

import pytest

from transcriber.errors import ConfigError
from transcriber.http.model_loading import engine_settings, model_workers, processors
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


def test_the_engine_takes_each_setting_of_its_fields_names() -> None:
    settings = Settings(max_queue_seconds=7, max_run_seconds=8, max_batch_seconds=9, max_audio_seconds=10, beam_size=2)
    made = engine_settings(settings, "cuda")
    assert (made.max_queue_s, made.max_run_s, made.max_batch_s, made.beam_size) == (7, 8, 9, 2)
    assert (made.limits.max_audio_s, made.window_s) == (10, 30)


@pytest.mark.parametrize(("device", "batch_size"), [("cpu", 4), ("cuda", 16)])
def test_a_batch_is_as_large_as_the_device_likes_unless_told_otherwise(device: str, batch_size: int) -> None:
    assert engine_settings(Settings(), device).batch_size == batch_size
    assert engine_settings(Settings(batch_size=3), device).batch_size == 3
