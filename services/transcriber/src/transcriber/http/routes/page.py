"""The small page at `/`: one file of HTML, which may run and load nothing but what is in it."""

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

PAGE = Path(__file__).parent / "page.html"
INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


def router() -> APIRouter:
    """The page's route; the file is read once."""
    html = PAGE.read_text()
    headers = {
        "Content-Security-Policy": policy(html),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }

    async def page() -> HTMLResponse:
        return HTMLResponse(html, headers=headers)

    made = APIRouter()
    made.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    return made


def policy(html: str) -> str:
    """The page's own script and style by their hashes, requests to this server, nothing else."""
    allowed = {"script": list[str](), "style": list[str]()}
    for kind, text in INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        allowed[kind].append(f"'sha256-{digest}'")
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(allowed['script'])}",
            f"style-src {' '.join(allowed['style'])}",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
