"""A local file instead of a download."""

from pathlib import Path

import pytest

from consumer.errors import BadMessage
from consumer.pipeline.download import local_source


def test_a_local_file_needs_no_site(tmp_path: Path, lecture: Path) -> None:
    assert local_source(lecture).title == "lecture"
    (tmp_path / "empty.mp3").touch()
    for missing in (tmp_path / "empty.mp3", tmp_path / "nothing.mp3", tmp_path):
        with pytest.raises(BadMessage):
            local_source(missing)
