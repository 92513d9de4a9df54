"""LaTeX in notes."""

import pytest

from consumer.export.mathematics import plain, rich


def test_a_formula_between_marks_becomes_mathml_and_the_rest_stays_escaped() -> None:
    html = rich(r"Is a < b if \(\frac{a}{b} < 1\)?")
    assert html.startswith("Is a &lt; b if <math")
    assert "<mfrac>" in html
    assert "<mo>&lt;</mo>" in html


def test_a_formula_on_a_line_of_its_own_is_a_block() -> None:
    assert 'display="block"' in rich(r"\[e^{i\pi} + 1 = 0\]")
    assert "π" in rich(r"\[e^{i\pi} + 1 = 0\]")


@pytest.mark.parametrize(
    "latex", [r"{", r"\left( x", r"\nosuchthing{a}", r"x^1^2", " ", r"\begin{pmatrix} 1", "x" * 2001, r"\frac"]
)
def test_a_formula_that_cannot_be_understood_stays_as_it_was_written(latex: str) -> None:
    assert rich(rf"See \({latex}\).") == rf"See \({latex}\)."


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:red}{x}",
        r"\class{x\" onclick=\"alert(1)}{y}",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_no_formula_brings_markup_addresses_or_styles(latex: str) -> None:
    html = rich(rf"\({latex}\)")
    assert "<script" not in html
    assert "<img" not in html
    assert "href=" not in html
    assert "style=" not in html
    assert 'onclick="' not in html


def test_money_and_lone_marks_are_no_formulas() -> None:
    assert rich(r"$5 and \( open") == r"$5 and \( open"


def test_plain_text_drops_the_marks() -> None:
    assert plain(r"If \(x = 1\) then") == "If x = 1 then"
