"""Writes docs/benchmarks.md and its pictures from the figures that `rivals`, `fleet.calls` and `study.pages` kept."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.sandbox.paths import ROOT
from tests.bench.rivals.plots import bars

KEPT = Path("out/bench/rivals.json")
DOCS = ROOT / "docs"
OURS = "Lectern"
PICTURES = {
    "benchmark-processor.svg": ("Processor time", "seconds, less is better", "cpu_s"),
    "benchmark-wait.svg": ("Half of the clients have their answer after", "seconds, less is better", "p50_s"),
}
Results = Sequence[dict[str, Any]]


def main() -> None:
    """Reads what was kept and writes."""
    kept = json.loads(KEPT.read_text("utf-8"))
    results: Results = kept["results"]
    names = dict.fromkeys(result["workload"] for result in results)
    workloads = {name: [result for result in results if result["workload"] == name] for name in names}
    for file, (title, unit, column) in PICTURES.items():
        groups = {name: {row["system"]: row[column] for row in rows} for name, rows in workloads.items()}
        (DOCS / file).write_text(bars(title, unit, groups, OURS), "utf-8")
    (DOCS / "benchmarks.md").write_text(_page(kept, workloads), "utf-8")
    print(f"wrote docs/benchmarks.md and {len(PICTURES)} pictures")


def _page(kept: dict[str, Any], workloads: Mapping[str, Results]) -> str:
    loader = FileSystemLoader(Path(__file__).parent)
    markdown = Environment(  # noqa: S701 - no HTML
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    template = markdown.get_template("benchmarks.md.jinja")
    pictures = {file: title for file, (title, _, _) in PICTURES.items()}
    calls, pages = (_kept(name) for name in ("calls", "pages"))
    return template.render(kept=kept, workloads=workloads, pictures=pictures, ours=OURS, calls=calls, pages=pages)


def _kept(name: str) -> Any:
    """None where it was not measured here."""
    path = KEPT.with_name(f"{name}.json")
    return json.loads(path.read_text("utf-8")) if path.exists() else None


if __name__ == "__main__":
    main()
