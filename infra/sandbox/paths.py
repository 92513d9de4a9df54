"""Where things stand in the repository."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
ASSETS = Path(__file__).parent / "assets"
LECTURE = ASSETS / "lecture.mp3"
LECTURE_TEXT = ASSETS / "lecture.txt"
POCKET_MODEL = ASSETS / "pocket-model" / "model"
