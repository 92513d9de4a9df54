"""`lectern study`: material anew from a transcript, under the ids that its notes had."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from consumer.cli.commands import app
from consumer.cli.output import console_for
from consumer.cli.study import study_anew
from consumer.settings import PipelineSettings
from infra.sandbox.standins import anthropic as api
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from tests.support.consumer.glossary import GLOSSARY
from tests.support.consumer.study_samples import lecture, transcript

QUIET = console_for(as_json=True)


@pytest.fixture
def written(tmp_path: Path, clean_environment: pytest.MonkeyPatch) -> Path:
    """A transcript alone, of a lecture that says what its words mean."""
    clean_environment.setenv("COLUMNS", "200")
    file = tmp_path / "Roofs of the town.json"
    file.write_text(transcript(*GLOSSARY).model_dump_json())
    return file


def study(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["study", *map(str, arguments)])


def cards(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "flashcards.json").read_text())["cards"]
    return found


def test_a_transcript_alone_becomes_decks_and_a_page_that_bears_its_name(written: Path, tmp_path: Path) -> None:
    done = study(written, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert cards(tmp_path / "out")
    assert {"deck.apkg", "flashcards.csv", "notes.md", "transcript.json"} <= {
        f.name for f in (tmp_path / "out").iterdir()
    }
    assert not (tmp_path / "out" / "audio.mp3").exists()
    assert "<title>Roofs of the town" in (tmp_path / "out" / "study.html").read_text()
    assert "open " in done.output.splitlines()[-1]


def test_what_lies_beside_a_transcript_says_which_lecture_it_is_and_lets_it_be_heard(
    written: Path, tmp_path: Path
) -> None:
    video = {"title": "On roofs", "youtube_id": "dQw4w9WgXcQ", "channel": "Sample"}
    (tmp_path / "outline.json").write_text(json.dumps({"video": video}))
    (tmp_path / "audio.mp3").write_bytes(b"ID3 of a lecture")
    assert study(written, "--out", tmp_path / "out").exit_code == 0
    assert json.loads((tmp_path / "out" / "outline.json").read_text())["video"] == video
    assert (tmp_path / "out" / "audio.mp3").read_bytes() == b"ID3 of a lecture"
    assert cards(tmp_path / "out")[0]["link"].startswith("https://www.youtube.com/watch?v=dQw4w9WgXcQ")


@pytest.mark.parametrize("in_place", [True, False])
def test_notes_that_say_the_same_keep_id_and_date(written: Path, tmp_path: Path, in_place: bool) -> None:
    first, second = tmp_path / "first", tmp_path / ("first" if in_place else "second")
    study(written, "--out", first)
    old = json.loads((first / "flashcards.json").read_text())
    old["cards"][0] |= {"id": "a-students-own", "changed_at": 1234}
    (first / "flashcards.json").write_text(json.dumps(old))
    (first / "manifest.json").write_text("sums of the first run")
    done = study(written, "--out", second, *([] if in_place else ["--previous", first]))
    assert done.exit_code == 0, done.output
    assert not (second / "manifest.json").exists(), "it would lie"
    assert (cards(second)[0]["id"], cards(second)[0]["changed_at"]) == ("a-students-own", 1234)


async def test_what_a_model_was_paid_for_is_not_paid_again(tmp_path: Path) -> None:
    file, standin = tmp_path / "talk.json", AnthropicStandin()
    file.write_text(lecture().model_dump_json())
    async with model_api(standin) as url:
        settings = PipelineSettings(anthropic_api_key=api.KEY, anthropic_base_url=url)  # pyright: ignore[reportArgumentType] - pydantic hides it
        first = await study_anew(file, tmp_path / "out", settings, QUIET)
        asked = standin.calls
        again = await study_anew(file, tmp_path / "out", settings, QUIET)
    assert (first["provider"], first["cards"] > 0, asked > 0) == ("anthropic", True, True)
    assert standin.calls == asked
    assert again == first


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("# a README", "is no transcript as Lectern writes it: Invalid JSON"),
        (
            '{"text": "hi"}',
            "language: Field required. Take transcript.json of a run, or what POST /transcribe answered",
        ),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_transcript_is_refused_in_words_and_nothing_is_written(
    tmp_path: Path, content: str | None, says: str
) -> None:
    file = tmp_path / "x.json"
    if content is not None:
        file.write_text(content)
    done = study(file, "--out", tmp_path / "out")
    assert says in str(done.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("cards_file", "says"), [(None, "has no flashcards.json and quiz.json"), ("[]", "cannot be read, so their ids")]
)
def test_a_folder_without_notes_is_no_earlier_run(
    written: Path, tmp_path: Path, cards_file: str | None, says: str
) -> None:
    for name in ("flashcards.json", "quiz.json") if cards_file else ():
        (tmp_path / name).write_text(cards_file or "")
    done = study(written, "--previous", tmp_path, "--out", tmp_path / "out")
    assert says in str(done.exception)
    assert not (tmp_path / "out").exists()
