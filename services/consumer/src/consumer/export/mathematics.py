"""Texts with LaTeX in them, as HTML. The one file that knows latex2mathml, whose own output is not escaped."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape

FORMULA = re.compile(r"\\\((?P<inline>.+?)\\\)|\\\[(?P<block>.+?)\\\]", re.DOTALL)
LONGEST_FORMULA = 2_000
NAMES = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|ms|mfrac|msqrt|mroot|mstyle|merror|mpadded|mphantom|msub|msup|msubsup|munder|mover|"
    "munderover|mmultiscripts|mprescripts|mtable|mtr|mtd|menclose"
)
"""Elements of MathML Core (https://www.w3.org/TR/mathml-core/), and menclose."""
ATTRIBUTES = re.compile(
    "display|displaystyle|scriptlevel|mathvariant|stretchy|fence|separator|form|lspace|rspace|minsize|maxsize|symmetric|"
    "movablelimits|accent|accentunder|linethickness|width|height|depth|columnalign|rowspacing|columnspacing|columnspan|"
    "rowspan|notation"
)
"""What a formula may say of its looks: no address, no style, no colour that a dark page would swallow."""
BROKEN: tuple[type[Exception], ...] = (
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, StopIteration, TypeError, ValueError),
)
"""What the converter raises for LaTeX that it does not understand: its own errors, and slips of its parser."""


def rich(text: str) -> Markup:
    """HTML of a text: escaped, with each formula between LaTeX's marks as MathML.

    A formula that cannot be understood stays as it was written.
    """
    return Markup("").join(_parts(text))


def plain(text: str) -> str:
    """Without the marks, for files that know no mathematics."""
    return FORMULA.sub(lambda found: found["inline"] or found["block"], text)


def formulas(text: str) -> Iterator[tuple[str, str, bool]]:
    """The text before each formula, the formula's LaTeX, and whether it stands on a line of its own; the rest last."""
    at = 0
    for found in FORMULA.finditer(text):
        yield text[at : found.start()], found["inline"] or found["block"], found["block"] is not None
        at = found.end()
    yield text[at:], "", False


def _parts(text: str) -> Iterator[Markup]:
    for before, latex, is_block in formulas(text):
        yield escape(before)
        if latex:
            yield _mathml(latex, is_block=is_block)


def _mathml(latex: str, *, is_block: bool) -> Markup:
    marks = r"\[{}\]" if is_block else r"\({}\)"
    if len(latex) > LONGEST_FORMULA:
        return escape(marks.format(latex))
    try:
        tree = convert_to_element(latex.strip(), display="block" if is_block else "inline")
        return Markup(ET.tostring(_clean(tree), encoding="unicode"))  # noqa: S704  escaped by ElementTree
    except BROKEN:
        return escape(marks.format(latex))


def _clean(element: ET.Element) -> ET.Element:
    """A copy with what is allowed only. Raises ValueError for the rest, and for commands left as they were."""
    name = element.tag.rpartition("}")[2]
    text = element.text or ""
    if not NAMES.fullmatch(name) or text.startswith("\\"):
        raise ValueError(name)
    kept = ET.Element(name, {key: value for key, value in element.attrib.items() if ATTRIBUTES.fullmatch(key)})
    kept.text = _unescaped(text)
    kept.extend(_clean(child) for child in element)
    return kept


def _unescaped(text: str) -> str:
    """The converter writes signs as `&#x0002B;`."""
    return re.sub(r"&#x([0-9A-Fa-f]{1,6});", lambda found: chr(int(found[1], 16)), text)
