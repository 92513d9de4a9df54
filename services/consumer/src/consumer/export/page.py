"""One self-contained HTML page to study with: templates, styles and scripts joined into one file."""

import base64
import hashlib
from collections.abc import Sequence
from functools import partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from consumer.export import lecture, timeline
from consumer.export.links import moment
from consumer.export.mathematics import rich
from consumer.export.subtitles import clock
from consumer.export.wording import interface_language, is_right_to_left, wording
from consumer.material import BLANK, Card, StudyMaterial
from consumer.models import Source, Transcript
from consumer.study.providers.registry import LANGUAGE_MODELS

STYLES = [f"study/{name}" for name in ("base", "layout", "overview", "study", "transcript", "print")]
SCRIPTS = [
    *("study/dom", "study/fsrs", "study/progress", "study/notes", "study/views", "study/player", "study/transcript"),
    *("study/timeline", "study/card", "study/question", "study/session", "study/browse", "study/search"),
    *("study/backup", "study/keyboard", "study/start"),
]
"""In the order in which they are joined: a part may use what stands before it."""


def study_page(material: StudyMaterial, transcript: Transcript, source: Source) -> str:
    """The page's HTML: it loads nothing but the audio beside it, and its policy lets no script run but its own."""
    words = wording(transcript.language)
    return render(
        "study/page.html",
        STYLES,
        SCRIPTS,
        transcript.language,
        material=material,
        transcript=transcript,
        source=source,
        lecture_id=lecture.lecture_id(source),
        parts=lecture.parts(material, transcript),
        note_counts=lecture.notes_by_section(material),
        section_of=partial(lecture.section_of, material),
        word_times=lecture.word_times(transcript),
        timeline=timeline.timeline(material, transcript),
        timeline_px=timeline.height(),
        moment=partial(moment, source),
        front=front,
        writer=_writer(material, words),
    )


def render(page: str, styles: Sequence[str], scripts: Sequence[str], language: str, **values: Any) -> str:
    """A template with its styles and scripts, words in the language, and the policy that names them."""
    style = "\n".join(part(f"{name}.css") for name in styles)
    script = "\n".join(part(f"{name}.js") for name in scripts)
    environment = Environment(
        loader=PackageLoader("consumer.export"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(clock=clock, rich=rich)
    return environment.get_template(page).render(
        **values,
        w=wording(language),
        language=language,
        interface=interface_language(language),
        direction="rtl" if is_right_to_left(language) else "ltr",
        style=style,
        script=script,
        policy=policy(style, script),
    )


def part(name: str) -> str:
    """A file of the templates, such as `study/fsrs.js`."""
    return resources.files("consumer.export").joinpath("templates", name).read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """A content security policy (https://www.w3.org/TR/CSP3/) that names our two parts by their digest.

    Media may come from beside the page ('self', and file: where a browser does not count it), or from a file that
    the student chose (blob:).
    """
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "media-src 'self' file: blob:; base-uri 'none'; form-action 'none'"
    )


def front(card: Card) -> Markup:
    """The front as HTML; a cloze's gap is an element, which the page fills."""
    if card.kind != "cloze":
        return rich(card.front)
    before, gap, after = card.front.partition(BLANK)
    return rich(before) + Markup('<span class="blank">{}</span>').format(gap or "") + rich(after)


def _writer(material: StudyMaterial, words: dict[str, str]) -> Markup:
    if material.provider not in LANGUAGE_MODELS:
        return Markup("")
    maker = f"Claude ({material.model})" if material.provider == "anthropic" else material.model
    return escape(words["written_by"].format(model=maker))


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
