"""Texts from outside, made fit for the database, the logs and a reader."""

import pytest

from consumer.errors import TransientError
from consumer.text import printable, without_credentials


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Gravity \u2014 \U0001f680 and\tlight\n", "Gravity \u2014 \U0001f680 and\tlight\n"),
        ("half \ud83d, NUL \x00, bell \x07", "half \ufffd, NUL \ufffd, bell \ufffd"),
    ],
)
def test_what_postgres_cannot_hold_is_replaced(text: str, clean: str) -> None:
    assert printable(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("http://user:secret@proxy:3128/ is down", "http://…@proxy:3128/ is down"),
        ("socks5://secret@proxy and https://youtu.be/@channel", "socks5://…@proxy and https://youtu.be/@channel"),
        ("mail me@example.org", "mail me@example.org"),
    ],
)
def test_an_address_loses_its_password_and_nothing_else(text: str, clean: str) -> None:
    assert without_credentials(text) == clean


def test_no_error_holds_a_password_or_what_postgres_cannot() -> None:
    assert str(TransientError("\x00 http://user:secret@host")) == "\ufffd http://…@host"
