"""Bars as SVG, readable in light and dark."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LABEL, FIGURE = 720, 130, 70
BAR, GAP, GROUP, TOP = 16, 5, 34, 44
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .faint { fill: #59636e }
.bar { fill: #b6bec7 } .ours { fill: #1f6feb }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .faint { fill: #9198a1 } .bar { fill: #4b535d } .ours { fill: #58a6ff }
}
"""


def bars(title: str, unit: str, groups: Mapping[str, Mapping[str, float]], ours: str) -> str:
    """One bar for each value of each group, as long as it is of the group's largest; `ours` stands out."""
    parts, y = list[str](), TOP
    for name, values in groups.items():
        parts.append(_text(8, y + 12, name, "faint"))
        y += 20
        for label, value in values.items():
            parts += _bar(y, label, value, max(values.values()), "ours" if label == ours else "bar")
            y += BAR + GAP
        y += GROUP - 20
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        _text(8, 20, f"{title}, {unit}", "title"),
    ]
    return "\n".join([*head, *parts, "</svg>", ""])


def _bar(y: int, label: str, value: float, most: float, kind: str) -> Sequence[str]:
    length = round((WIDTH - LABEL - FIGURE) * value / most) if most else 0
    shape = f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{max(length, 1)}" height="{BAR}" rx="2"/>'
    return _text(20, y + 13, label), shape, _text(LABEL + length + 8, y + 13, f"{value:.3g}")


def _text(x: int, y: int, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{named}>{escape(words)}</text>'
