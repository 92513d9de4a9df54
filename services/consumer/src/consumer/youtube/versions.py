"""The overlay: a newer yt-dlp beside the image's own, in a folder that outlives the container.

YouTube changes more often than images are built. `current` is a link to the folder in use; it is replaced by a rename,
so that a download sees the old yt-dlp or the new one, and one that is under way keeps what it began with.
"""

import json
import os
import shutil
import sysconfig
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

import structlog
from packaging.version import Version

from consumer.errors import EnvironmentFault

log = structlog.get_logger()
CURRENT = "current"
RECORD = "lectern.json"
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@dataclass(frozen=True)
class VerifiedVersion:
    """A yt-dlp and its solver that passed their self-test; `replaces` is the image's own at that time."""

    version: str
    solver: str
    replaces: str


@dataclass(frozen=True)
class Overlay:
    """One folder that pip filled."""

    folder: Path
    verified: VerifiedVersion

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The overlay in `folder`. Raises ValueError where it holds no record of a self-test."""
        try:
            return cls(folder, VerifiedVersion(**json.loads((folder / RECORD).read_text())))
        except (OSError, TypeError) as error:
            raise ValueError(str(error)) from error

    def write(self) -> None:
        """Keep the record with the folder."""
        (self.folder / RECORD).write_text(json.dumps(asdict(self.verified)))

    @property
    def outdated(self) -> bool:
        """Whether the image has since been given a yt-dlp that is no older."""
        own = own_version()
        return own != self.verified.replaces and Version(own) >= Version(self.verified.version)


def own_version() -> str:
    """The yt-dlp that was installed with this consumer."""
    return version("yt-dlp")


def find_overlay(home: Path | None) -> Overlay | None:
    """The overlay in use under `home` (YTDLP_OVERLAY_DIR); None where there is none, or none that should be used.

    One whose record cannot be read, or that a newer image has outdated, is passed over: no download fails for it.
    """
    if home is None or not (home / CURRENT).is_dir():
        return None
    try:
        overlay = Overlay.read((home / CURRENT).resolve())
    except ValueError as error:
        log.warning("ytdlp.overlay_unreadable", home=str(home), error=str(error))
        return None
    return None if overlay.outdated else overlay


def child_environment(folder: Path | None, *, plugins: bool = False) -> dict[str, str]:
    """What a child may see of our environment: no secret is in it, but for a proxy's.

    With `folder`, an overlay's, its yt-dlp comes before the built-in one. Without `plugins` yt-dlp loads none, wherever
    they lie: an empty `plugin_dirs` alone does not stop those of the home folder.
    """
    seen = {name: os.environ[name] for name in (*PASSED_ON, *PROXIES) if name in os.environ}
    if folder:
        seen["PYTHONPATH"] = str(folder)
    return seen if plugins else {**seen, "YTDLP_NO_PLUGINS": "1"}


def find_deno(folder: Path | None) -> str:
    """The path of the Deno that solves challenges: in the overlay `folder`, beside this Python, or on PATH.

    Raises EnvironmentFault where there is none.
    """
    places = [*([folder / "bin"] if folder else []), Path(sysconfig.get_path("scripts"))]
    found = next((path for place in places if (path := shutil.which("deno", path=place))), shutil.which("deno"))
    if found is None:
        raise EnvironmentFault(
            "deno is missing: pip install deno, or YouTube's challenges cannot be solved", code="no_solver"
        )
    return found
