"""Errors of requests that a model does not take as they are, and of answers that nobody can read."""

from consumer.clients.retry import REFUSED_RETRY_S
from consumer.errors import TransientError
from consumer.material import Usage


class Refused(TransientError):
    """The API answered that it will not do this: asking again helps only after a change."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code, retry_after_s=REFUSED_RETRY_S)


class TooLong(Refused):
    """The context of the model is too small for the request; `limit_tokens` is its size, where the API said so."""

    def __init__(self, message: str, *, code: str, limit_tokens: int | None = None) -> None:
        super().__init__(message, code=code)
        self.limit_tokens = limit_tokens


class Unreadable(TransientError):
    """The model answered and nothing of it can be used; `usage` is what that has cost all the same."""

    def __init__(self, message: str, *, code: str, usage: Usage) -> None:
        super().__init__(message, code=code, retry_after_s=REFUSED_RETRY_S)
        self.usage = usage
