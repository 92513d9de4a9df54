"""What must be true once everything works again: of rows, objects, bills, folders and processes."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from consumer.database.tables import Tables
from consumer.database.videos import Videos
from tests.faults.bills import asked_again, bought_again, paid_twice
from tests.faults.world import World

A_ROUNDING_USD = 1e-4


@dataclass(frozen=True)
class Found:
    """What is wrong, a sentence each, and the figures of the table."""

    wrong: list[str]
    attempts: int
    calls: int
    calls_again: int


async def examine(world: World, video_ids: list[str]) -> Found:
    """Of these videos.

    Each row ended once and truthfully, with the words of its own sound and the cost that its manifest has; its objects
    exist with their sums, and are those of the attempt that ended it; no call was paid for twice except one that a
    kill, a freeze, a lost lease or a cut connection cut off.
    """
    videos, wrong, attempts = Videos(world.pool, Tables()), list[str](), 0
    again = bought_again(world.claude.askings)
    for video_id in video_ids:
        row, tried = await videos.row(video_id), await videos.attempts(video_id)
        attempts += len(tried)
        outcomes, more = [each["outcome"] for each in tried], video_id[1:] in again
        wrong += await asyncio.to_thread(_wrong, world, video_id, row or {}, outcomes, may_be_more=more)
    wrong += await asyncio.to_thread(_same_words, world)
    askings = world.claude.askings
    wrong += paid_twice(askings, [*world.disturbances, *await asyncio.to_thread(world.lost_leases)])
    if world.sqs.messages or world.sqs.dead_letters:
        wrong.append(f"{len(world.sqs.messages)} messages and {len(world.sqs.dead_letters)} dead letters are left")
    return Found(wrong, attempts, len(askings), asked_again(askings))


def _wrong(
    world: World, video_id: str, row: dict[str, Any], outcomes: list[str | None], *, may_be_more: bool
) -> list[str]:
    if row.get("status") != "completed":
        return [f"{video_id} is {row.get('status')}: {row.get('error_message')}"]
    found: list[str] = []
    if outcomes.count("completed") != 1 or outcomes[-1] != "completed":
        found.append(f"{video_id} ended otherwise than once: {outcomes}")
    if left := {name: str(row[name]) for name in ("lease_until", "error_message") if row[name]}:
        found.append(f"{video_id} has {left}")
    return found + _wrong_results(world, video_id, row, may_be_more=may_be_more)


def _wrong_results(world: World, video_id: str, row: dict[str, Any], *, may_be_more: bool) -> list[str]:
    """A row may have cost more than its manifest says, where an answer was lost and bought again."""
    found: list[str] = []
    manifest = json.loads(_read(world, row["manifest_key"]))
    if not _is_told(float(row["cost_usd"]), manifest["cost_usd"], may_be_more=may_be_more):
        found.append(f"{video_id} cost {row['cost_usd']}, by its manifest {manifest['cost_usd']}")
    if manifest["video"]["title"] != f"Lecture number {video_id[1:]}":
        found.append(f"{video_id} has another video's manifest")
    for name, stored in manifest["files"].items():
        if hashlib.sha256(_read(world, stored["key"])).hexdigest() != stored["sha256"]:
            found.append(f"{video_id}: {name} is not what the manifest says")
        if not stored["key"].startswith(row["manifest_key"].rpartition("/")[0]):
            found.append(f"{video_id}: {name} is of another attempt")
    return found


def _is_told(cost_usd: float, told_usd: float, *, may_be_more: bool) -> bool:
    return told_usd > 0 and (abs(cost_usd - told_usd) < A_ROUNDING_USD or (may_be_more and cost_usd > told_usd))


def _same_words(world: World) -> list[str]:
    """Every video has a sound of its own, and so has its transcript words of its own."""
    client = world.aws.client("s3")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=world.aws.bucket, Prefix="videos/")
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    owners: dict[str, str] = {}
    found: list[str] = []
    for key in [key for key in keys if key.endswith("/transcript.txt")]:
        video_id = key.split("/")[1]
        words = hashlib.sha256(_read(world, key)).hexdigest()
        if owners.setdefault(words, video_id) != video_id:
            found.append(f"{video_id} has the words of {owners[words]}")
    return found


def _read(world: World, key: str) -> bytes:
    return world.aws.client("s3").get_object(Bucket=world.aws.bucket, Key=key)["Body"].read()
