"""Each foreign library has one home: the file that turns its exceptions and types into ours."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from infra.sandbox.paths import ROOT

SOURCE = ROOT / "services/consumer/src/consumer"
EVERYWHERE = {"pydantic", "pydantic_settings", "structlog", "rich"}
"""What our own values, settings, logs and output are made of."""
SEVERAL = {
    "markupsafe": {"export/course.py", "export/mathematics.py", "export/page.py", "export/timeline.py"},
    "opentelemetry": {"observability/spans.py", "trace.py"},  # the SDK, and the interface
    "packaging": {"youtube/update.py", "youtube/versions.py"},
    "prometheus_client": {"observability/health.py", "observability/metrics.py"},
    "rapidfuzz": {"export/decks/earlier.py", "study/quotes/alignment.py"},
    "typer": {"cli/commands.py", "cli/local.py", "cli/output.py"},
    "yt_dlp": {"youtube/child.py", "youtube/list_child.py", "youtube/selftest.py"},  # each in a process of its own
    "yt_dlp_ejs": {"youtube/child.py", "youtube/selftest.py"},
}


def imported(path: Path) -> Iterator[str]:
    """The top names of what a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def homes() -> dict[str, set[str]]:
    """The files of each foreign library."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        for name in set(imported(path)) - sys.stdlib_module_names - {"consumer"} - EVERYWHERE:
            found[name].add(str(path.relative_to(SOURCE)))
    return dict(found)


def test_each_library_is_imported_by_one_file() -> None:
    found = homes()
    assert found["anthropic"] == {"study/providers/anthropic.py"}
    assert {name: files for name, files in found.items() if len(files) > 1} == SEVERAL
