"""Jobs of a service, as a client has them."""

from typing import Any

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.fake_service import Served


async def posted(server: Served, file: bytes, **fields: str) -> str:
    """The address of a new job."""
    answer = await server.client.post("/jobs", files={"file": file}, data=fields)
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


async def done(server: Served, address: str) -> dict[str, Any]:
    """What is said of a job once it has ended."""

    async def ended() -> bool:
        return (await server.client.get(address)).json()["ended_at"] is not None

    await wait_until(ended, what="the job has ended")
    return (await server.client.get(address)).json()
