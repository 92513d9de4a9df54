"""How the transcriber's image sets glibc's heap."""

import re

from infra.sandbox.paths import ROOT


def heap() -> dict[str, str]:
    """The variables, as the Dockerfile sets them."""
    found = re.findall(r"\b(MALLOC_\w+)=(\d+)", (ROOT / "services" / "transcriber" / "Dockerfile").read_text())
    assert found
    return dict(found)
