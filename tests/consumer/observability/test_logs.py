"""What no log line may hold."""

from collections.abc import Iterator

import pytest
import structlog

from consumer.observability.logs import configure


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_no_line_holds_the_password_of_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        raise ConnectionError("http://user:secret@proxy:3128 refused")
    except ConnectionError as error:
        structlog.get_logger().exception("message.crashed", error=repr(error))
    said = capsys.readouterr().err
    assert "proxy:3128 refused" in said
    assert "secret" not in said
