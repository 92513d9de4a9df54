"""Wheels as an index would have them: of an installed package, changed here and there."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path


def repacked(name: str, version: str, changed: Mapping[str, bytes], requires: str = "") -> dict[str, bytes]:
    """The files of an installed package as a wheel of another version would hold them."""
    found = distribution(name)
    package = name.replace("-", "_")
    files = {
        str(path): Path(str(path.locate())).read_bytes()
        for path in found.files or []
        if path.parts[0] == package and path.suffix != ".pyc"
    }
    info = f"{package}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
    command = f"[console_scripts]\n{name} = {package}:main\n"
    wheel = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    about = {"METADATA": metadata, "WHEEL": wheel, "entry_points.txt": "" if name == "deno" else command}
    return {**files, **changed, **{f"{info}/{file}": text.encode() for file, text in about.items()}}


def write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> None:
    """A wheel with its record."""
    package = name.replace("-", "_")
    record = f"{package}-{version}.dist-info/RECORD"
    lines = [f"{path},sha256={_digest(body)},{len(body)}" for path, body in files.items()]
    with zipfile.ZipFile(folder / f"{package}-{version}-py3-none-any.whl", "w") as wheel:
        for path, body in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            wheel.writestr(entry, body)
        wheel.writestr(record, "\n".join([*lines, f"{record},,"]))


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
