"""The state of the system as checks: which parts are ok, degraded, or make it refuse events."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from database.backlog import Backlog, Waiting
from workflows.system_state import SystemState

CheckStatus: TypeAlias = Literal["ok", "degraded", "failing", "unknown"]
"""The status of a check. `failing` means that no event can be accepted: the response is 503."""

LONG_WAIT_SECONDS = 60
"""Events and due items that wait longer than this indicate a fault."""

LITTLE_ROOM = 512 * 1024 * 1024
"""Free bytes below which the disk of SQLite counts as nearly full."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the system. `message` is empty if it is ok; `numbers` has the measured values."""

    name: str
    status: CheckStatus
    message: str = ""
    numbers: Mapping[str, float | int] = field(default_factory=dict)


def checks_of(state: SystemState, *, now: datetime) -> list[Check]:
    """Return all checks, in the order in which responses show them."""
    if not state.is_readable:
        away = Check("database", "failing", "the database does not answer: no event can be accepted")
        return [away, _temporal(state), *_workers(state), *_disk(state)]
    backlog = state.backlog
    return [
        _database(state),
        _program(backlog),
        _temporal(state),
        *_workers(state),
        *_clocks(state),
        *_backlog(backlog, now),
        *_disk(state),
    ]


def _database(state: SystemState) -> Check:
    if state.is_writable is None:
        return Check("database", "degraded", "the database is slow: a small write took longer than a second")
    if not state.is_writable:
        message = "the database cannot be written, so no event can be accepted: the log says why"
        return Check("database", "failing", message)
    return Check("database", "ok")


def _program(backlog: Mapping[str, Backlog] | None) -> Check:
    if backlog is None:
        return Check("program", "unknown", "the stores could not be read in time")
    if not backlog:
        return Check("program", "degraded", "no program is deployed: deploy one by `laurel deploy`")
    return Check("program", "ok", numbers={"stores": len(backlog)})


def _temporal(state: SystemState) -> Check:
    if state.has_temporal:
        return Check("temporal", "ok")
    return Check("temporal", "degraded", "Temporal does not answer: events are accepted, and run when it is back")


def _workers(state: SystemState) -> Iterator[Check]:
    if not state.has_temporal or state.workers is None:
        yield Check("workers", "unknown", "Temporal does not say who polls the task queue")
    elif state.workers == 0:
        message = "no worker polls the task queue: events are accepted, and run when one is started by `laurel worker`"
        yield Check("workers", "degraded", message, {"polling": 0})
    else:
        yield Check("workers", "ok", numbers={"polling": state.workers})


def _clocks(state: SystemState) -> Iterator[Check]:
    if not state.clocks:
        return
    ended = sum(not runs for runs in state.clocks.values())
    numbers = {"running": len(state.clocks) - ended, "ended": ended}
    message = f"{ended} stores have no clock: points do not expire there until a worker starts it" if ended else ""
    yield Check("clocks", "degraded" if ended else "ok", message, numbers)


def _backlog(backlog: Mapping[str, Backlog] | None, now: datetime) -> Iterator[Check]:
    if backlog is None:
        yield Check("backlog", "unknown", "what waits could not be counted in time")
        return
    yield _waiting("backlog", "events", "event", [each.events for each in backlog.values()], now)
    yield _waiting("dueItems", "late", "due item", [each.late_due_items for each in backlog.values()], now)
    yield _waiting("deliveries", "overdue", "delivery", [each.overdue_deliveries for each in backlog.values()], now)


def _waiting(name: str, what: str, subject: str, parts: Iterable[Waiting], now: datetime) -> Check:
    known = list(parts)
    number = sum(part.number for part in known)
    since = min((part.since for part in known if part.since is not None), default=None)
    oldest = 0.0 if since is None else max(0.0, round((now - since).total_seconds(), 3))
    is_long = oldest > LONG_WAIT_SECONDS
    message = f"the oldest {subject} has been waiting for {oldest:.0f} s: see `laurel stuck`" if is_long else ""
    return Check(name, "degraded" if is_long else "ok", message, {what: number, "oldestSeconds": oldest})


def _disk(state: SystemState) -> Iterator[Check]:
    if state.free_bytes is None:
        return
    numbers = {"freeBytes": state.free_bytes}
    if state.free_bytes < LITTLE_ROOM:
        yield Check("disk", "degraded", "the disk of the database is nearly full: make room", numbers)
    else:
        yield Check("disk", "ok", numbers=numbers)
