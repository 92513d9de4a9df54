"""Errors of requests that a model does not take as they are: asking again helps only after a change."""

from consumer.clients.retry import REFUSED_RETRY_S
from consumer.errors import TransientError


class Refused(TransientError):
    """The API answered that it will not do this."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code, retry_after_s=REFUSED_RETRY_S)


class TooLong(Refused):
    """The context of the model is too small for the request; `limit_tokens` is its size, where the API said so."""

    def __init__(self, message: str, *, code: str, limit_tokens: int | None = None) -> None:
        super().__init__(message, code=code)
        self.limit_tokens = limit_tokens
