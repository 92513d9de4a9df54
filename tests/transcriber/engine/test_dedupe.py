"""Which work is remembered, and for how long."""

from pathlib import Path

from transcriber.engine.dedupe import Dedupe, work_key
from transcriber.engine.job import Job
from transcriber.schemas import Options


def job() -> Job:
    return Job(Path(), Options(), 1.0, "fake")


def finished(dedupe: Dedupe, key: str) -> Job:
    """A job that has done this work."""
    done = job()
    dedupe.add(key, done)
    dedupe.ended(done, well=True)
    return done


def test_the_last_few_finished_jobs_are_remembered_and_older_ones_forgotten() -> None:
    dedupe = Dedupe(2)
    jobs = {key: finished(dedupe, key) for key in "abc"}
    assert [dedupe.find(key) for key in "abc"] == [None, jobs["b"], jobs["c"]]


def test_what_was_asked_for_again_is_remembered_longer() -> None:
    dedupe = Dedupe(2)
    first = finished(dedupe, "a")
    finished(dedupe, "b")
    dedupe.find("a")
    finished(dedupe, "c")
    assert dedupe.find("a") is first
    assert dedupe.find("b") is None


def test_work_that_ended_badly_is_forgotten() -> None:
    dedupe, failed = Dedupe(2), job()
    dedupe.add("a", failed)
    assert dedupe.find("a") is failed
    dedupe.ended(failed, well=False)
    assert dedupe.find("a") is None


def test_nothing_finished_is_remembered_where_that_is_not_wanted() -> None:
    dedupe = Dedupe(0)
    finished(dedupe, "a")
    assert dedupe.find("a") is None


def test_work_is_the_same_whatever_its_priority_and_another_where_times_are_not_wanted() -> None:
    interactive, bulk = Options(), Options(priority="bulk")
    assert work_key("sha", interactive) == work_key("sha", bulk)
    assert work_key("sha", interactive) != work_key("sha", Options(times=False))
    assert work_key("sha", interactive) != work_key("other", interactive)
    assert work_key(None, interactive) is None
