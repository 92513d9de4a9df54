"""`.env`, made from `.env.example` by the steps that its first lines state."""

import re
from collections.abc import Mapping

from infra.sandbox.paths import ROOT

EXAMPLE = ROOT / ".env.example"
HEADING = re.compile(r"^# --- (?P<name>.+?) -+$", re.MULTILINE)
FILLED_IN = {
    "AWS_REGION": "eu-west-1",
    "SQS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/lectern",
    "S3_BUCKET": "my-lectures",
    "DB_HOST": "db.example.eu-west-1.rds.amazonaws.com",
    "DB_USER": "lectern",
    "DB_PASSWORD": "'s$cret#1'",
}


def blocks() -> dict[str, str]:
    """The text under each heading, by its name."""
    _, *parts = HEADING.split(EXAMPLE.read_text())
    return dict(zip(parts[::2], parts[1::2], strict=True))


def for_aws(values: Mapping[str, str]) -> str:
    """The block for this machine alone deleted, the block AWS uncommented and filled in."""
    kept = {name: text for name, text in blocks().items() if name != "this machine alone"}
    kept["AWS"] = re.sub(
        r"^# ([A-Z0-9_]+)=(.*)$",
        lambda line: f"{line[1]}={values.get(line[1], line[2])}",
        kept["AWS"],
        flags=re.MULTILINE,
    )
    return "\n".join(kept.values())


def variables(text: str) -> dict[str, str]:
    """What a file in this form sets."""
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text, re.MULTILINE))
