"""The step between writing and publishing that gives notes the ids they had in earlier runs of the video."""

import time
from dataclasses import replace

import structlog
from pydantic import ValidationError

from consumer.errors import TransientError
from consumer.export.decks.earlier import Ledger, keep_ids
from consumer.export.files import JobResult
from consumer.pipeline.checkpoint import CheckpointStore

log = structlog.get_logger()


async def keep_note_ids(made: JobResult, store: CheckpointStore, key: str) -> JobResult:
    """What was made, under the ids that its notes have in the ledger at `key`, which is written anew.

    A ledger that cannot be read counts as empty. Raises TransientError or EnvironmentFault where the store cannot be
    looked at; what cannot be kept there only costs the next run its ids.
    """
    material, ledger = keep_ids(made.material, await _ledger(store, key), time.time())
    try:
        await store.keep(key, ledger.model_dump_json().encode())
    except TransientError as error:
        log.warning("note_ids.not_kept", key=key, error=str(error))
    return replace(made, material=material, changed_at=ledger.changed_at())


async def _ledger(store: CheckpointStore, key: str) -> Ledger:
    content = await store.find(key)
    try:
        return Ledger.model_validate_json(content) if content else Ledger()
    except ValidationError:
        log.warning("note_ids.unreadable", key=key)
        return Ledger()
