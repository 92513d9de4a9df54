"""The official OpenAI SDK for Node works unchanged with `baseURL` set to ours."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.sandbox.paths import ROOT
from tests.support.transcriber.fake_service import served

SDK = ROOT / "tests" / "contract" / "node"
INSTALLED = SDK / "node_modules" / "openai"
ABSENT = "no Node with the SDK: npm ci --prefix tests/contract/node"
pytestmark = pytest.mark.skipif(not (shutil.which("node") and INSTALLED.exists()), reason=ABSENT)


def ran(address: str, file: Path) -> dict[str, Any]:
    """What the program got."""
    command = ["node", "transcribe.mjs", f"{address}/v1", "sesame", str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=SDK, timeout=60)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


async def test_the_sdk_for_node_gets_text_subtitles_words_a_stream_and_its_own_errors(lecture: Path) -> None:
    async with served(api_key="sesame") as server:
        got = await asyncio.to_thread(ran, str(server.client.base_url), lecture)
    assert got["json"]["text"].startswith("Window")
    assert got["srt"].startswith("1\n00:00:0")
    assert got["verbose"]["language"] == "english"
    assert min(got["verbose"]["words"], got["verbose"]["segments"]) > 1
    assert got["deltas"] == got["done"] == got["json"]["text"]
    assert "whisper-1" in got["models"]
    assert got["refused"] == {"kind": "NotFoundError", "status": 404, "code": "model_not_found"}
