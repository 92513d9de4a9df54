"""`lectern course`: one page over lectures in folders or in the bucket."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consumer.cli.commands import app
from consumer.cli.course import NoLecture, make_course
from consumer.cli.output import console_for
from consumer.clients.s3 import Storage
from consumer.errors import ConfigError
from consumer.export.files import JobResult, write_assets
from consumer.models import Audio, Source
from consumer.pipeline.publish import publish
from infra.sandbox.aws import REGION, Aws
from tests.support.consumer.study_page import MATERIAL, SAID

QUIET = console_for(as_json=True)


def _made(folder: Path, title: str, youtube_id: str) -> JobResult:
    folder.mkdir(parents=True)
    (folder / "audio.mp3").write_bytes(b"ID3")
    source = Source(Path("x"), title, youtube_id, "Some Channel")
    return JobResult(source, Audio(folder / "audio.mp3", 9.0), SAID, MATERIAL, {})


def _lecture(folder: Path, title: str = "One", youtube_id: str = "aaaaaaaaaaa") -> None:
    write_assets(_made(folder, title, youtube_id), folder)


def test_the_lectures_of_a_folder_get_a_page_beside_them(tmp_path: Path) -> None:
    _lecture(tmp_path / "one")
    _lecture(tmp_path / "two & more", "Two", "bbbbbbbbbbb")
    done = CliRunner().invoke(app, ["course", str(tmp_path), "--title", "A course", "--json"])
    assert json.loads(done.output) == {"page": str(tmp_path / "course.html"), "lectures": 2}
    html = (tmp_path / "course.html").read_text()
    assert re.findall(r'<h3[^>]*><a href="([^"]+)">(\w+)', html) == [
        ("one/study.html", "One"),
        ("two%20%26%20more/study.html", "Two"),
    ]
    assert '<h1 dir="auto">A course</h1>' in html


async def test_a_folder_elsewhere_is_led_to_from_the_page(tmp_path: Path) -> None:
    _lecture(tmp_path / "deep" / "one")
    (tmp_path / "pages").mkdir()
    await make_course([str(tmp_path / "deep")], None, tmp_path / "pages" / "all.html", QUIET)
    assert 'href="../deep/one/study.html"' in (tmp_path / "pages" / "all.html").read_text()


def test_what_is_no_lecture_is_left_out_and_named(tmp_path: Path) -> None:
    _lecture(tmp_path / "good")
    _lecture(tmp_path / "torn")
    (tmp_path / "torn" / "outline.json").write_text("{")
    done = CliRunner().invoke(app, ["course", str(tmp_path)])
    assert "left out: torn/study.html" in done.output
    assert "1 lecture:" in done.output


async def test_nothing_at_all_is_an_error_that_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(NoLecture, match="name folders that lectern process wrote"):
        await make_course([str(tmp_path)], None, None, QUIET)


async def test_folders_and_prefixes_do_not_mix(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="either folders or prefixes"):
        await make_course([str(tmp_path), "videos/"], None, None, QUIET)


@pytest.fixture
def settings(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The environment of a consumer, as far as a bucket goes."""
    environment = {
        **aws.environment,
        "SQS_QUEUE_URL": aws.queue_url,
        "DB_HOST": "x",
        "DB_USER": "x",
        "DB_PASSWORD": "x",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


async def test_a_course_over_a_prefix_is_one_object_with_the_newest_run_of_each_video(
    settings: Mapping[str, str], aws: Aws, tmp_path: Path
) -> None:
    store = Storage(aws.bucket, REGION, aws.endpoint)
    for run, title in (("000001", "Old"), ("000002", "New")):
        made = _made(tmp_path / run, title, "ccccccccccc")
        await publish(made, write_assets(made, tmp_path / run), store, f"videos/course-v/{run}", lambda _: None)
    found = await make_course(["videos/course-v"], None, None, QUIET)
    assert found == {"page": f"s3://{aws.bucket}/courses/some-channel.html", "lectures": 1}
    html = (await store.get("courses/some-channel.html")).decode()
    assert 'href="../videos/course-v/000002/study.html"' in html
    assert ">Old<" not in html


async def test_courses_whose_titles_are_in_another_script_have_objects_of_their_own(
    settings: Mapping[str, str], aws: Aws, tmp_path: Path
) -> None:
    made = _made(tmp_path / "run", "A lecture", "ddddddddddd")
    store = Storage(aws.bucket, REGION, aws.endpoint)
    await publish(made, write_assets(made, tmp_path / "run"), store, "videos/course-w/000001", lambda _: None)
    titles = ("量子力学 1", "天文学", "الفلك")
    pages = [(await make_course(["videos/course-w"], title, None, QUIET))["page"] for title in titles]
    assert [page.rpartition("/")[2] for page in pages] == ["量子力学-1.html", "天文学.html", "الفلك.html"]
