"""Health and version as responses show them."""

from collections.abc import Mapping
from typing import NotRequired

from typing_extensions import TypedDict

from api.health.checks import CheckStatus


class Liveness(TypedDict):
    """The process answers."""

    status: str


class CheckResult(TypedDict):
    """One part of the system.

    `failing` alone makes the response 503; `message` says what is wrong, and what follows.
    """

    status: CheckStatus
    message: NotRequired[str]
    stores: NotRequired[int]
    polling: NotRequired[int]
    running: NotRequired[int]
    ended: NotRequired[int]
    events: NotRequired[int]
    late: NotRequired[int]
    overdue: NotRequired[int]
    oldestSeconds: NotRequired[float]
    freeBytes: NotRequired[int]


class Readiness(TypedDict):
    """The readiness. `ready`: events can be accepted, which only needs a writable database."""

    ready: bool
    database: bool
    temporal: bool
    program: bool
    degraded: list[str]
    """The names of the checks that are not ok."""
    checks: Mapping[str, CheckResult]


class Version(TypedDict):
    """The name and version of this server."""

    name: str
    version: str
