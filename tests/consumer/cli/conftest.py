"""Commands as a shell runs them."""

from collections.abc import Generator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logging() -> Generator[None]:
    """A command sets logging up for its process, which here is the tests' own."""
    yield
    structlog.reset_defaults()
