"""Where things stand in the repository, and Chromium on this machine."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASSETS = Path(__file__).parent / "assets"
SAMPLE = ASSETS / "sample.mp3"
SAMPLE_TEXT = ASSETS / "sample.txt"
LECTURE = ASSETS / "lecture.mp3"
LECTURE_TEXT = ASSETS / "lecture.txt"
POCKET_MODEL = ASSETS / "pocket-model" / "model"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AS_ROOT = ("--no-sandbox",)  # Chromium will not start for root otherwise
