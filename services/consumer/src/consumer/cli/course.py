"""`lectern course`: one page over lectures that are in folders, or in the bucket."""

import asyncio
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console

from consumer.app import make_storage
from consumer.clients.s3 import Storage
from consumer.errors import ConfigError, EnvironmentFault, LecternError
from consumer.export.course import ASSETS, Lecture, course_page, read_lecture
from consumer.settings import Settings, read_settings

PAGE, STUDY = "course.html", "study.html"
COURSES = "courses"
"""Where courses lie in the bucket, one object each."""


class NoLecture(LecternError):
    """Nothing was found to make a course of."""


async def make_course(wanted: Sequence[str], title: str | None, out: Path | None, console: Console) -> dict[str, Any]:
    """A page over the lectures in these folders, or under these prefixes of the bucket; where it is.

    Raises NoLecture, ConfigError where folders and prefixes are mixed, EnvironmentFault, TransientError.
    """
    folders = await asyncio.to_thread(_folders, wanted)
    if folders and len(folders) < len(wanted):
        raise ConfigError("name either folders or prefixes of the bucket: one page cannot lead to both")
    if folders:
        found = _in_folders(folders, out or folders[0] / PAGE, title, console)
    else:
        found = await _in_bucket(wanted, title, make_storage(read_settings(Settings)), console)
    lectures = "1 lecture" if found["lectures"] == 1 else f"{found['lectures']} lectures"
    console.print(f"{lectures}: {found['page']}", highlight=False, markup=False)
    return found


def _folders(wanted: Sequence[str]) -> list[Path]:
    return [Path(each) for each in wanted if Path(each).is_dir()]


def _in_folders(folders: Sequence[Path], page: Path, title: str | None, console: Console) -> dict[str, Any]:
    """Each folder, and what lies in it."""
    places = [place for folder in folders for place in (folder, *sorted(folder.iterdir())) if (place / STUDY).is_file()]
    lectures = [
        lecture
        for place in dict.fromkeys(places)
        if (lecture := _read(_address(place / STUDY, page), partial(_bytes, place), console))
    ]
    _check(lectures)
    try:
        page.write_text(course_page(title or folders[0].absolute().name, lectures), encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(f"{page} cannot be written: {error.strerror}") from error
    return {"page": str(page), "lectures": len(lectures)}


def _address(study: Path, page: Path) -> str:
    """From the course's page to a lecture's."""
    return quote(Path(*_relative(study.absolute(), page.absolute().parent)).as_posix())


def _relative(path: Path, start: Path) -> tuple[str, ...]:
    shared = 0
    for mine, theirs in zip(path.parts, start.parts, strict=False):
        if mine != theirs:
            break
        shared += 1
    return (*[".."] * (len(start.parts) - shared), *path.parts[shared:])


def _bytes(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


async def _in_bucket(prefixes: Sequence[str], title: str | None, store: Storage, console: Console) -> dict[str, Any]:
    """The newest run of each video under each prefix."""
    runs: dict[str, str] = {}
    for prefix in prefixes:
        for key in sorted(await store.keys(prefix)):
            if key.endswith("/manifest.json"):
                runs[key.rsplit("/", 2)[0]] = key.rsplit("/", 1)[0]
    lectures: list[Lecture] = []
    for run in runs.values():
        files = {name: content for name in ASSETS if (content := await store.find(f"{run}/{name}")) is not None}
        lecture = await asyncio.to_thread(_read, f"../{quote(run)}/{STUDY}", files.__getitem__, console)
        lectures += [lecture] if lecture else []
    _check(lectures)
    name = title or lectures[0].source.channel or "Course"
    slug = re.sub(r"\W+", "-", name.lower()).strip("-") or "course"
    key = f"{COURSES}/{slug}.html"
    await store.keep(key, course_page(name, lectures).encode(), "text/html; charset=utf-8")
    return {"page": f"s3://{store.bucket}/{key}", "lectures": len(lectures)}


def _read(link: str, read: Callable[[str], bytes], console: Console) -> Lecture | None:
    """None, and a line that says why, for what cannot be read."""
    try:
        return read_lecture(link, read)
    except (ValueError, OSError, KeyError) as error:
        console.print(f"left out: {link}: {error}", style="yellow", highlight=False, markup=False)
        return None


def _check(lectures: Sequence[Lecture]) -> None:
    if not lectures:
        raise NoLecture("there is no lecture there: name folders that lectern process wrote, or prefixes like videos/")
