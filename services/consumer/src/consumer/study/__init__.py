"""Cards and quiz from a transcript. `make_provider` chooses who writes; `pipeline.write_study` has it written."""

from consumer.study.make import make_plan, make_provider
from consumer.study.providers import StudyProvider

__all__ = ["StudyProvider", "make_plan", "make_provider"]
