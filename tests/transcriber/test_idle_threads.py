"""The model's threads, which must leave the processor to others while they wait for each other."""

import pytest

from tests.transcriber.serving import transcriber


@pytest.mark.parametrize("wanted", ["", "active"])
async def test_the_models_threads_sleep_while_they_wait_unless_the_operator_wants_otherwise(wanted: str) -> None:
    choice = {"OMP_WAIT_POLICY": wanted} if wanted else {}
    async with transcriber(OMP_DISPLAY_ENV="true", **choice) as (_, part):
        said = part.log.read_text()
    assert f"OMP_WAIT_POLICY = '{wanted.upper() or 'PASSIVE'}'" in said
