"""`./dev demo FILE` listens with a model that hears people, and says where it has it from."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from infra.sandbox.paths import POCKET_MODEL
from infra.sandbox.processes import free_port
from infra.sandbox.real_model import NoModel, real_model
from infra.sandbox.standins.hub import HubStandin

pytestmark = pytest.mark.slow


@pytest.fixture
def said() -> StringIO:
    """What a person reads."""
    return StringIO()


@pytest.fixture
def console(said: StringIO) -> Console:
    return Console(file=said, soft_wrap=True)


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing downloaded yet, and no hub."""
    monkeypatch.delenv("WHISPER_MODEL", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free_port()}")


async def test_it_comes_from_the_hub_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, console: Console, said: StringIO, tmp_path: Path
) -> None:
    with HubStandin(POCKET_MODEL) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("WHISPER_MODEL", "tiny")
        folder = await real_model(console)
    assert folder.is_relative_to(tmp_path / "hub")
    assert "Whisper tiny will listen" in said.getvalue()
    assert f"the model is from the model hub: {folder}" in said.getvalue()


async def test_it_comes_from_the_wheels_where_there_is_no_hub(console: Console, said: StringIO, tmp_path: Path) -> None:
    unpacked = tmp_path / "cache" / "lectern" / "models" / "base"
    unpacked.mkdir(parents=True)
    assert await real_model(console) == unpacked
    assert "the model hub cannot be reached" in said.getvalue()
    assert f"the model is from the package index's wheels: {unpacked}" in said.getvalue()


async def test_a_folder_of_ones_own_is_taken(monkeypatch: pytest.MonkeyPatch, console: Console, said: StringIO) -> None:
    monkeypatch.setenv("WHISPER_MODEL", str(POCKET_MODEL))
    assert await real_model(console) == POCKET_MODEL
    assert "the model is from this machine" in said.getvalue()


async def test_a_model_that_cannot_be_had_is_no_reason_to_take_another(
    monkeypatch: pytest.MonkeyPatch, console: Console
) -> None:
    monkeypatch.setenv("WHISPER_MODEL", "small")
    with pytest.raises(NoModel, match=r"'small' could not be downloaded: the model hub cannot be reached"):
        await real_model(console)
