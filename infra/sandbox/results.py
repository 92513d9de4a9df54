"""What a video became, fetched from the bucket into a folder and shown on a screenful."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from consumer.export.subtitles import clock
from infra.sandbox.system import EmbeddedSystem

LINES, CARDS = 6, 3
COLUMNS = ("id", "status", "title", "duration_s", "language", "attempts", "manifest_key", "completed_at")


async def fetch(system: EmbeddedSystem, row: Mapping[str, Any], out: Path) -> Path:
    """Every object that the manifest names, and the manifest; the folder."""
    folder = out / str(row["id"])
    folder.mkdir(parents=True, exist_ok=True)
    manifest = await system.read_object(row["manifest_key"])
    (folder / "manifest.json").write_bytes(manifest)
    for name, stored in json.loads(manifest)["files"].items():
        (folder / name).write_bytes(await system.read_object(stored["key"]))
    return folder


def show(console: Console, row: Mapping[str, Any], folder: Path) -> None:
    """The row, the transcript's beginning, some cards, a quiz item where there is one, and where everything is."""
    table = Table(title="the row", show_header=False, title_justify="left")
    for name in COLUMNS:
        table.add_row(name, escape(str(row[name])))
    console.print(table)
    transcript = _read(folder / "transcript.json")
    console.print("\n[bold]the transcript begins[/]")
    for segment in transcript["segments"][:LINES]:
        console.print(f"  {clock(segment['start'])}  {escape(segment['text'])}", highlight=False)
    _cards(console, _read(folder / "flashcards.json")["cards"][:CARDS])
    _quiz(console, _read(folder / "quiz.json")["items"][:1])
    manifest = _read(folder / "manifest.json")
    for warning in manifest["warnings"]:
        console.print(f"\n[yellow]note[/] {escape(warning)}", highlight=False)
    if cost_usd := manifest["cost_usd"]:
        hours = manifest["duration_s"] / 3600
        steps = ", ".join(f"{stage} {used['cost_usd']:.4f}" for stage, used in manifest["stages"].items())
        console.print(f"\nthe language model cost {cost_usd:.4f} USD ({steps}), {cost_usd / hours:.2f} a lecture-hour")
    console.print(f"\nEverything is in [bold]{folder}/[/]: {', '.join(sorted(p.name for p in folder.iterdir()))}")
    console.print(f"Open [bold]{folder / 'study.html'}[/] to study.")


def _cards(console: Console, cards: list[dict[str, Any]]) -> None:
    console.print("\n[bold]cards[/]" if cards else "\nno cards: the notes below say why")
    for card in cards:
        console.print(
            f"  {escape(card['front'])}\n    → {escape(card['back'])}  ({clock(card['proof']['start_s'])})",
            highlight=False,
        )


def _quiz(console: Console, items: list[dict[str, Any]]) -> None:
    console.print("\n[bold]a quiz item[/]" if items else "\nno quiz: the notes below say why")
    for item in items:
        console.print(f"  {escape(item['stem'])}", highlight=False)
        for number, option in enumerate(item["options"]):
            mark = "✓" if number == item["key"] else " "
            console.print(f"   {mark} {'ABCD'[number]}. {escape(option)}", highlight=False)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())
