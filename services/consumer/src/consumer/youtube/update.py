"""`lectern update-ytdlp`: fetch a newer yt-dlp and the solver it wants, try them out, and only then use them.

pip fetches: every operator's index, proxy and certificate settings already reach it (`PIP_*`), it checks the hashes
that the index states over TLS, and it takes 2 MB of the image. Wheels only: nothing fetched runs before the self-test.
"""

import os
import shutil
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import Distribution, version
from pathlib import Path
from tempfile import mkdtemp

import structlog
from packaging.requirements import Requirement

from consumer.clients.subprocesses import Finished, ProgramHung, run_program
from consumer.errors import EnvironmentFault
from consumer.youtube.versions import CURRENT, Overlay, VerifiedVersion, child_environment, find_deno, own_version

log = structlog.get_logger()
PIP = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir")
PLAIN = ("--no-deps", "--upgrade", "--no-compile", "--only-binary", ":all:", "--root-user-action", "ignore")
"""`--upgrade`: a second install into a folder would otherwise leave `bin` as the first one made it."""
FETCH_S, SELFTEST_S = 300.0, 60.0  # without a word
NEW = ".new-"
KILLED_S = 3600.0  # an update that is older than this was killed


async def update(home: Path, wanted: str | None) -> Overlay:
    """Put yt-dlp (the version `wanted`, or the newest where it is None) into the folder `home` and use it from now on.

    Returns the overlay in use. Raises EnvironmentFault, in words for the operator, where pip cannot fetch it, its
    self-test fails or `home` cannot be written; then what was in use before stays in use.
    """
    with _staging(home) as folder:
        await _fetch(folder, f"yt-dlp=={wanted}" if wanted else "yt-dlp")
        await _fetch(folder, *_companions(folder))
        verified = await run_selftest(folder)
        Overlay(folder, verified).write()
        overlay = Overlay(folder.rename(home / f"{verified.version}-{folder.name.removeprefix(NEW)}"), verified)
    _switch(home, overlay.folder)
    _prune(home)
    return overlay


def use_built_in(home: Path) -> None:
    """Go back to the yt-dlp of the image. Raises EnvironmentFault where `home` cannot be written."""
    with _writing(home):
        (home / CURRENT).unlink(missing_ok=True)


async def run_selftest(folder: Path | None) -> VerifiedVersion:
    """Run `youtube.selftest` on the yt-dlp in `folder`, or on the built-in one where it is None.

    Returns the versions that passed. Raises EnvironmentFault with the self-test's last words.
    """
    command = [sys.executable, "-P", "-m", "consumer.youtube.selftest", find_deno(folder)]
    said: list[str] = []
    try:
        done = await run_program(command, said.append, idle_s=SELFTEST_S, environment=child_environment(folder))
    except ProgramHung as error:
        raise EnvironmentFault(f"yt-dlp failed its self-test: {error}", code="no_solver") from error
    if done.code != 0 or not said:
        raise EnvironmentFault(f"yt-dlp failed its self-test: {_last_line(done)}", code="no_solver")
    found = _found(folder)
    return VerifiedVersion(found["yt-dlp"], found["yt-dlp-ejs"], own_version())


def _found(folder: Path | None) -> dict[str, str]:
    names = ("yt-dlp", "yt-dlp-ejs")
    return {name: _installed(folder, name).version if folder else version(name) for name in names}


def _installed(folder: Path, name: str) -> Distribution:
    """What pip put into the folder. Raises EnvironmentFault where it did not."""
    for found in Distribution.discover(name=name, path=[str(folder)]):
        return found
    raise EnvironmentFault(f"pip put no {name} into {folder}")


def _companions(folder: Path) -> list[str]:
    """The solver that this yt-dlp wants, exactly, and a newer Deno only where ours is too old for it."""
    stated = _installed(folder, "yt-dlp").requires or []
    wanted = {extra: _of_extra(stated, name, extra) for name, extra in (("yt-dlp-ejs", "default"), ("deno", "deno"))}
    solver, deno = wanted["default"], wanted["deno"]
    companions = [f"{solver.name}{solver.specifier}" if solver else "yt-dlp-ejs"]
    if deno and not deno.specifier.contains(version("deno")):
        companions.append(f"{deno.name}{deno.specifier}")
    return companions


def _of_extra(stated: list[str], name: str, extra: str) -> Requirement | None:
    every = (Requirement(text) for text in stated)
    return next((r for r in every if r.name == name and r.marker and r.marker.evaluate({"extra": extra})), None)


async def _fetch(folder: Path, *requirements: str) -> None:
    command = [sys.executable, "-P", *PIP, *PLAIN, "--target", str(folder), *requirements]
    chosen = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environment = {**child_environment(None), **chosen}
    try:
        done = await run_program(command, log.debug, idle_s=FETCH_S, environment=environment)
    except ProgramHung as error:
        raise EnvironmentFault(f"the package index does not answer: {error}") from error
    if done.code != 0:
        raise EnvironmentFault(f"{' '.join(requirements)} could not be fetched: {_last_line(done)}")


def _last_line(done: Finished) -> str:
    return (done.tail.splitlines() or ["it said nothing"])[-1].removeprefix("ERROR: ")[:300]


@contextmanager
def _staging(home: Path) -> Generator[Path]:
    """A fresh folder in `home`, gone at the end unless it was moved to its place."""
    with _writing(home):
        home.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=NEW, dir=home))
        folder.chmod(0o755)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _writing(home: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"YTDLP_OVERLAY_DIR={str(home)!r} cannot be written: {error.strerror}") from error


def _switch(home: Path, folder: Path) -> None:
    """A rename replaces the link: nobody ever sees none."""
    with _writing(home):
        fresh = folder / f".{CURRENT}"
        fresh.symlink_to(folder.name)
        fresh.rename(home / CURRENT)


def _prune(home: Path) -> None:
    """Keep what is in use and what was before it; forget updates that were killed."""
    used = (home / CURRENT).resolve()
    others = sorted((path for path in home.iterdir() if path.is_dir() and path.resolve() != used), key=_made_at)
    stale = [path for path in others if path.name.startswith(NEW) and time.time() - _made_at(path) > KILLED_S]
    before = [path for path in others if not path.name.startswith(NEW)][:-1]
    for folder in stale + before:
        shutil.rmtree(folder, ignore_errors=True)


def _made_at(folder: Path) -> float:
    return folder.stat().st_mtime
