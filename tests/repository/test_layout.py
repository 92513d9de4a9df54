"""What keeps the house easy to find one's way in: few modules a folder, short files, and nothing that is made."""

import re
import subprocess
from collections import Counter

from infra.sandbox.paths import ROOT

MOST_MODULES, MOST_LINES = 14, 250
HOUSES = ("services", "tests", "infra")
MODULES = [path for house in HOUSES for path in (ROOT / house).rglob("*.py") if path.name != "__init__.py"]


def test_no_folder_holds_more_modules_than_a_screen_shows() -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in MODULES)
    assert {str(folder): count for folder, count in counts.items() if count > MOST_MODULES} == {}


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_test_file_is_imported() -> None:
    """What several tests share is in tests/support."""
    imports = re.compile(r"^\s*(?:from|import) tests\.[\w.]*\btest_", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path in MODULES if imports.search(path.read_text())] == []


def test_nothing_that_git_is_told_to_ignore_is_kept() -> None:
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == ""
