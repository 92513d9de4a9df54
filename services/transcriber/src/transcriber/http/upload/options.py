"""Form fields and query parameters become `Options` and a format; a wrong value is named."""

from typing import Any, get_args

from pydantic import ValidationError

from transcriber.errors import BadOption
from transcriber.http.upload.uploads import Upload
from transcriber.schemas import Format, Options

FLAGS = ("word_timestamps", "detect_language_per_window", "condition_on_previous_text", "token_timestamps")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def options(upload: Upload, **fixed: object) -> Options:
    """How the upload is to be transcribed; `fixed` are fields that the route decides. Raises BadOption."""
    fields: dict[str, Any] = {name: value for name in Options.model_fields if (value := upload.value(name)) is not None}
    fields.update({name: flag(name, fields[name]) for name in FLAGS if name in fields})
    language = fields.pop("language", "").strip().lower()
    if language not in ("", "auto"):
        fields["language"] = language
    try:
        return Options.model_validate({**fields, **fixed})
    except ValidationError as error:
        first = error.errors()[0]
        raise BadOption(f"field {first['loc'][0]}: {first['msg'].lower()}") from None


def output_format(upload: Upload) -> Format:
    """The format asked for; json where none is. Raises BadOption."""
    wanted = upload.value("format") or "json"
    for known in get_args(Format):
        if wanted == known:
            return known
    raise BadOption(f"format {wanted[:40]!r} is unknown: use one of {', '.join(get_args(Format))}")


def flag(name: str, value: str) -> bool:
    """A yes or no; raises BadOption."""
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise BadOption(f"field {name}: use true or false, not {value[:40]!r}")
