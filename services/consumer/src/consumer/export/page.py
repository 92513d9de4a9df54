"""One self-contained HTML page to study with."""

import base64
import hashlib
from functools import partial
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from consumer.export.links import moment
from consumer.export.subtitles import clock, paragraphs
from consumer.material import StudyMaterial
from consumer.models import Source, Transcript
from consumer.study.providers.registry import label


def study_page(material: StudyMaterial, transcript: Transcript, source: Source) -> str:
    """The page's HTML: it loads nothing from anywhere, and its policy lets no script run but its own."""
    style, script = _part("page.css"), _part("page.js")
    environment = Environment(
        loader=PackageLoader("consumer.export"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["clock"] = clock
    return environment.get_template("page.html").render(
        material=material,
        transcript=transcript,
        source=source,
        paragraphs=paragraphs(transcript.segments),
        moment=partial(moment, source),
        writer=label(material.provider, material.model),
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _part(name: str) -> str:
    return resources.files("consumer.export").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """A content security policy (https://www.w3.org/TR/CSP3/) that names our two parts by their digest."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
