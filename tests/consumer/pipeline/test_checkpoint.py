"""What was made once is not made again, unless it was made from something else."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from consumer.errors import TransientError
from consumer.material import Usage
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints, digest

USAGE = TypeAdapter(Usage)


@dataclass
class Maker:
    """Counts how often it had to work; the first `failures` times in vain."""

    failures: int = 0
    worked: int = 0

    async def make(self) -> Usage:
        self.worked += 1
        if self.worked <= self.failures:
            raise TransientError("not now")
        return Usage(cost_usd=self.worked)


class FullFolder(FolderCheckpoints):
    """Nothing more can be kept."""

    async def keep(self, key: str, content: bytes) -> None:
        raise TransientError("S3 could not keep an object")


def checkpoints(folder: Path) -> Checkpoints:
    return Checkpoints(FolderCheckpoints(folder), "v1")


async def test_a_second_attempt_takes_what_the_first_one_made_and_says_so(tmp_path: Path) -> None:
    maker = Maker()
    first, second = checkpoints(tmp_path), checkpoints(tmp_path)
    made = await first.once("study", USAGE, "a", maker.make)
    assert await second.once("study", USAGE, "a", maker.make) == made
    assert (maker.worked, first.reused, second.reused) == (1, [], ["study"])


async def test_other_input_is_other_work(tmp_path: Path) -> None:
    maker = Maker()
    for made_from in ("a", "b"):
        await checkpoints(tmp_path).once("study", USAGE, made_from, maker.make)
    assert maker.worked == 2


async def test_a_failure_leaves_no_checkpoint(tmp_path: Path) -> None:
    maker = Maker(failures=1)
    with pytest.raises(TransientError):
        await checkpoints(tmp_path).once("study", USAGE, "a", maker.make)
    assert list(tmp_path.iterdir()) == []
    await checkpoints(tmp_path).once("study", USAGE, "a", maker.make)
    assert maker.worked == 2


async def test_a_checkpoint_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    maker = Maker()
    await checkpoints(tmp_path).once("study", USAGE, "a", maker.make)
    (file,) = tmp_path.glob("v1/*")
    file.write_bytes(file.read_bytes()[:5])
    again = checkpoints(tmp_path)
    assert await again.once("study", USAGE, "a", maker.make) == Usage(cost_usd=2)
    assert again.reused == []


async def test_what_the_store_does_not_take_is_kept_aside_for_the_next_attempt_here(tmp_path: Path) -> None:
    maker, aside = Maker(), FolderCheckpoints(tmp_path / "aside")
    for _ in range(2):
        await Checkpoints(FullFolder(tmp_path / "full"), "v1", aside=aside).once("study", USAGE, "a", maker.make)
    assert maker.worked == 1


async def test_what_cannot_be_kept_is_still_good_for_this_attempt(tmp_path: Path) -> None:
    made = await Checkpoints(FullFolder(tmp_path), "v1").once("study", USAGE, "a", Maker().make)
    assert made == Usage(cost_usd=1)


async def test_an_answer_that_neither_bucket_nor_disk_takes_is_still_good_for_this_attempt(tmp_path: Path) -> None:
    maker, no_folder = Maker(), tmp_path / "file"
    no_folder.touch()
    store, aside = FullFolder(tmp_path / "full"), FolderCheckpoints(no_folder)
    await Checkpoints(store, "v1", aside=aside).once("study", USAGE, "a", maker.make)
    assert maker.worked == 1


def test_a_digest_tells_where_one_part_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"ab")
    assert digest("ab", "c") != digest("a", "bc")
    assert digest(tmp_path / "file") == digest(tmp_path / "file")
