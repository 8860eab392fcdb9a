"""URLs of webhooks, checked by their text only; the addresses behind a host name are checked on connecting."""

import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

from loyalty.webhooks.addresses import ALLOW_SETTING, Address, Network, why_refused

LONGEST_URL = 2000

_DEFAULT_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024  # below it, only HTTP's own two: no webhook talks to a mail or file server
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_IN_TARGET = "!$%&'()*+,-./:;=?@_~[]"
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """A URL split into the parts of a request, all ASCII."""

    scheme: str
    host: str
    """A host name, or an address without brackets."""
    port: int
    target: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@lru_cache(maxsize=1024)  # a store has few URLs, and each delivery parses one
def parse_url(url: str) -> WebhookUrl:
    """Split a URL; raise ValueError with the reason if no webhook can be sent to it."""
    if len(url) > LONGEST_URL:
        raise ValueError(f"a URL has at most {LONGEST_URL:,} characters, this one has {len(url):,}")
    if any(character.isspace() or not character.isprintable() for character in url) or "\\" in url:
        raise ValueError("a URL holds no spaces, control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("host or port of the URL is unreadable: write it as https://example.com/hook") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("a URL begins with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("a URL holds no user name or password: put credentials into a header")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if port < _FIRST_FREE_PORT and port not in _DEFAULT_PORTS.values():
        raise ValueError(f"port {port} is not for HTTP: use 80, 443, or one from {_FIRST_FREE_PORT}")
    target = quote(parts.path or "/", _IN_TARGET) + (f"?{quote(parts.query, _IN_TARGET)}" if parts.query else "")
    return WebhookUrl(parts.scheme, _host(parts), port, target)


def check_url(url: str, allow: tuple[Network, ...] = ()) -> str | None:
    """Return why no webhook can be sent to a URL, or None; no name is resolved."""
    try:
        host = parse_url(url).host.rstrip(".")
    except ValueError as error:
        return str(error)
    address = literal_address(host)
    if address is not None:
        kind = why_refused(address, allow)
        return None if kind is None else refusal(host, address, kind)
    if host == "localhost" or host.endswith(".localhost"):
        allowed = any(why_refused(one, allow) is None for one in _LOOPBACK)
        return None if allowed else refusal(host, _LOOPBACK[0], "a loopback address")
    if host.endswith((".local", ".internal")) and not allow:
        return f"{host} is a name in a private network: {_cure()}"
    return None


def refusal(host: str, address: Address, kind: str) -> str:
    """Return a message for people: the address, its kind, and the cure."""
    of = "" if host == str(address) else f" (of {host})"
    return f"{address}{of} is {kind}: {_cure()}"


def literal_address(host: str) -> Address | None:
    """Return the address that a host is, in any form that resolvers accept (`0x7f.1`, `2130706433`); None: a name."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        if "[" in parts.netloc:
            return str(IPv6Address(host.replace("%", "!")))  # a zone is of this machine, and no URL is
        name = host.encode("idna").decode().lower()  # maps full-width digits and dots to plain ones, too
    except ValueError:
        name = ""
    if not _NAME.fullmatch(name):
        raise ValueError("the URL names no host: write it as https://example.com/hook")
    return name


def _cure() -> str:
    return f"webhooks go to public addresses only, and to networks that {ALLOW_SETTING} names"
