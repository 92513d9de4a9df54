"""What the steps work with: real but for the model."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from consumer.clients.transcribers import Transcribers
from consumer.pipeline.download import DownloadSettings
from consumer.pipeline.pipeline import Tools
from consumer.study.providers.extractive import ExtractiveProvider
from infra.sandbox.standins.serving import serving
from infra.sandbox.standins.youtube import YouTubeStandin
from tests.support.consumer.fake_transcriber import FakeTranscriber


@pytest.fixture
def model() -> FakeTranscriber:
    return FakeTranscriber()


@pytest.fixture
async def tools(
    model: FakeTranscriber, tmp_path: Path, lecture: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Tools]:
    async with YouTubeStandin(lecture) as youtube, serving(model.app()) as url, Transcribers([url]) as client:
        for name, value in youtube.environment.items():
            monkeypatch.setenv(name, value)
        yield Tools(DownloadSettings(), client, ExtractiveProvider(), tmp_path / "scratch")
