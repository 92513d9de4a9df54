"""The model's threads, which must leave the processor to others while they wait for each other."""

import pytest

from tests.support.transcriber.serving import transcriber

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("choice", "sleeps"), [({}, True), ({"OMP_WAIT_POLICY": "active"}, False)])
async def test_the_models_threads_sleep_while_they_wait_unless_the_operator_wants_otherwise(
    choice: dict[str, str], sleeps: bool
) -> None:
    async with transcriber(OMP_DISPLAY_ENV="verbose", **choice) as (_, part):
        said = part.log.read_text()
    assert "GOMP_SPINCOUNT" in said
    assert ("GOMP_SPINCOUNT = '0'" in said) == sleeps
