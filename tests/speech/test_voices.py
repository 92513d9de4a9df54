"""Voices in five languages that say known words, each prompt alone."""

import asyncio
from pathlib import Path

import pytest

from tests.support.speech.ear import Ear
from tests.support.speech.voices import LANGUAGES, Language, Spoken, novel, prompts, voices_missing
from tests.support.transcriber.clips import write_wav
from tests.support.words import word_error_rate

pytestmark = [
    pytest.mark.speech,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(voices_missing()), reason=f"apt-get install {voices_missing()}"),
]

PROMPTS = 16
WRONG: dict[Language, float] = {"en": 0.04, "es": 0.22, "fr": 0.22, "it": 0.20, "ru": 0.25}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_prompts_are_heard(ear: Ear, tmp_path: Path, language: Language) -> None:
    said = prompts(language)[::9][:PROMPTS]
    heard = await asyncio.gather(*(_heard(ear, tmp_path, spoken) for spoken in said))
    compared = [f"{spoken.text} | {text}" for spoken, text in zip(said, heard, strict=True)]
    wrong = word_error_rate(" ".join(spoken.text for spoken in said), " ".join(heard))
    assert wrong <= WRONG[language], "\n".join(compared)


async def test_sentences_of_a_novel_are_heard(ear: Ear, tmp_path: Path) -> None:
    heard = await asyncio.gather(*(_heard(ear, tmp_path, spoken) for spoken in novel()))
    assert word_error_rate(" ".join(spoken.text for spoken in novel()), " ".join(heard)) <= 0.1


async def _heard(ear: Ear, folder: Path, spoken: Spoken) -> str:
    path = write_wav(folder / f"{spoken.name}.wav", spoken.audio)
    return (await ear.hear(path, language=spoken.language)).text
