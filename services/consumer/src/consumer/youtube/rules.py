"""One row of the table of failures: a wording, what it means, and words that help whoever can do something about it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consumer.errors import Dependency, EnvironmentFault, LecternError, NotYet, TransientError

REFUSALS = frozenset({"blocked", "stale_client", "sabr", "no_media"})
"""Codes of what YouTube says of an address or a client, and now and then of one video alone."""
WAIT = re.compile(r"\bin (?P<count>\d+) (?P<unit>minute|hour|day|week)s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Access:
    """What the operator has set already, so that no advice is to set it."""

    cookies: bool = False
    proxy: bool = False

    @property
    def unblock(self) -> str:
        """What to do where YouTube blocks this address."""
        ways = ["take another YTDLP_PROXY"] if self.proxy else ["change it", "set YTDLP_PROXY"]
        cookies = "export YTDLP_COOKIES_FILE anew: it may be stale" if self.cookies else "set YTDLP_COOKIES_FILE"
        return f"{', '.join(ways)}, or {cookies}"

    @property
    def account(self) -> str:
        """What to do where YouTube wants to know who asks."""
        if self.cookies:
            return "the account of YTDLP_COOKIES_FILE may not see it, or its cookies are stale: export them anew"
        return "YTDLP_COOKIES_FILE with the cookies of an account that may see it would help"


@dataclass(frozen=True)
class Rule:
    """A wording (a regular expression, any case) and its verdict. `words` may name {said}, {unblock} and {account}."""

    wording: str
    kind: type[LecternError]
    code: str
    words: str
    retry_after_s: float | None = None
    max_attempts: int | None = None

    def error(self, said: str, access: Access) -> LecternError:
        """The verdict, in words for whoever can do something about it."""
        words = self.words.format(said=said[:300], unblock=access.unblock, account=access.account)
        dependency = Dependency.MACHINE if self.code == "disk_full" else Dependency.YOUTUBE
        if self.kind is EnvironmentFault:
            if dependency is Dependency.YOUTUBE:
                words = f"{words} (YouTube said: {said[:200]})"
            return EnvironmentFault(words, code=self.code, dependency=dependency)
        if self.kind is NotYet:
            return NotYet(words, code=self.code, until=_announced(said))
        if self.kind is TransientError:
            return TransientError(
                words,
                code=self.code,
                dependency=dependency,
                retry_after_s=self.retry_after_s,
                max_attempts=self.max_attempts,
            )
        return self.kind(words, code=self.code)


def _announced(said: str) -> datetime | None:
    """YouTube mostly says for how long, rounded down: "Premieres in 2 days"."""
    found = WAIT.search(said)
    return datetime.now(UTC) + timedelta(**{f"{found['unit'].lower()}s": int(found["count"])}) if found else None
