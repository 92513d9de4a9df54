"""What `lectern --help` says about the environment: every variable, what it is for, and its default."""

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from consumer.settings import Settings


def describe() -> str:
    """A line for each, which help does not fold."""
    lines = (f"  {name.upper():<20} {field.description} ({_default(field)})" for name, field in _fields())
    return "\b\n" + "\n".join(("Environment variables:", *lines))


def _fields() -> list[tuple[str, FieldInfo]]:
    """What has no default comes first."""
    return sorted(Settings.model_fields.items(), key=lambda each: (not each[1].is_required(), each[0]))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed by consume"
    if field.default is None or isinstance(field.default, SecretStr):
        return "unset"
    return f"default {field.default}"
