"""Cards and quiz from a transcript. `make_provider` chooses who writes; `pipeline.write_study` has it written."""

from consumer.study.make import make_batches, make_plan, make_provider
from consumer.study.providers import StudyProvider
from consumer.study.providers.batching import BatchProvider

__all__ = ["BatchProvider", "StudyProvider", "make_batches", "make_plan", "make_provider"]
