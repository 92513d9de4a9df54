"""Where a webhook may go: to a host that is named in the settings, at an address of the public internet."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from transcriber.errors import BadOption

MOST_CHARACTERS = 2000
HTTPS = 443
# https://www.rfc-editor.org/rfc/rfc6052 and rfc8215: IPv6 addresses behind which a gateway reaches IPv4 ones
NAT64, LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48")

IsAllowed = Callable[[str], bool]


class NoAddress(Exception):
    """The host has no address to which a webhook may go."""


@dataclass(frozen=True)
class Target:
    """A webhook's URL, taken apart; `path` has the query."""

    host: str
    port: int
    path: str


def target(url: str, hosts: tuple[str, ...]) -> Target:
    """The URL of a webhook, checked without a look-up. Raises BadOption unless it is https at one of `hosts`."""
    if not hosts:
        raise BadOption("webhook: this service calls none (WEBHOOK_HOSTS is empty): ask GET /jobs/ID instead")
    parts, host, port = _parts(url)
    if not host or parts.scheme != "https" or "@" in parts.netloc or len(url) > MOST_CHARACTERS or not url.isascii():
        raise BadOption("webhook: send an address such as https://host/path, without a user")
    if host.lower() not in {name.lower() for name in hosts}:
        raise BadOption(f"webhook: {host[:80]!r} is none of the hosts that this service may call")
    path = parts.path or "/"
    return Target(host, port or HTTPS, f"{path}?{parts.query}" if parts.query else path)


def _parts(url: str) -> tuple[SplitResult, str | None, int | None]:
    """The URL, its host and its port; no host where it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return urlsplit(""), None, None
    return parts, host, port


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: no private, local, shared or reserved one."""
    found = ipaddress.ip_address(address)
    if not found.is_global or found.is_multicast or (found.version == 6 and found in LOCAL_NAT64):
        return False
    inner = _inner(found)
    return inner is None or inner.is_global


def _inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which one of IPv6 leads in truth."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


async def resolved(where: Target, is_allowed: IsAllowed) -> list[str]:
    """The addresses to connect to. Raises NoAddress where one of the name's addresses is not allowed.

    The connection then goes to one of these and no other: a name that is looked up twice may answer twice differently.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoAddress(f"{where.host} has no address: {error.strerror}") from error
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(is_allowed, addresses)):
        raise NoAddress(f"{where.host} is at an address that is not of the public internet")
    return list(dict.fromkeys(addresses))
