"""The page at `/` and its parts, which may load and ask nothing but this server."""

import html
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from transcriber.http.upload.languages import NAMES

FOLDER = Path(__file__).parents[1] / "page"
START = "index.html"
LANGUAGES = "<!-- languages -->"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "data:",
    "media-src": "blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Permissions-Policy": "microphone=(self)",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def router() -> APIRouter:
    """The page's routes; the files are read once."""
    made = APIRouter()
    for part in sorted(FOLDER.iterdir()):
        path = "/" if part.name == START else f"/page/{part.name}"
        made.add_api_route(path, _answering(part), methods=["GET", "HEAD"], include_in_schema=False)
    return made


def _answering(part: Path) -> Callable[[], Awaitable[Response]]:
    text, media_type = part.read_text().replace(LANGUAGES, _options()), MEDIA_TYPES[part.suffix]

    async def answer() -> Response:
        return Response(text, headers=HEADERS, media_type=media_type)

    return answer


def _options() -> str:
    return "".join(f'<option value="{html.escape(name.title())}">' for name in sorted(NAMES.values()))
