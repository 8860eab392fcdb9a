"""The output of `laurel stuck`."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from commands.shared.options import Format
from commands.stuck.stuck_things import Found, RetriedKind
from database.damaged import readable
from loyalty.store.stuck import StuckThing


@dataclass(frozen=True, slots=True)
class Retried:
    """What was retried, and what was refused, with the reason."""

    done: list[tuple[RetriedKind, str]]
    refused: list[tuple[RetriedKind, str, str]] = field(default_factory=list)


def print_found(store: str, found: Found, format: Format) -> None:  # noqa: A002 - as the option
    """Print what is stuck, the longest first."""
    if format is Format.json:
        print(json.dumps({"store": store, "total": found.total, "stuck": [_as_json(each) for each in found.things]}))
        return
    print(f"store {store}: {found.total or 'nothing'} stuck")
    now = datetime.now(UTC)
    for each in found.things:
        since = readable(each.since)
        age = "a time that cannot be read" if since is None else _age(now - since)
        print(f"  {_word(each.kind)} {each.id}  {each.name}, {each.state} for {age}")
        print(f"    {' '.join(each.reason.split())[:300]}")
    if found.total > len(found.things):
        print(f"  and {found.total - len(found.things)} more: see --last")
    if any(each.can_be_retried for each in found.things):
        print("try one again by `laurel stuck --retry WHAT ID`, or all by `laurel stuck --retry-all`")


def print_retried(store: str, retried: Retried, format: Format) -> None:  # noqa: A002 - as the option
    """Print what is retried, and what was refused."""
    if format is Format.json:
        done = [{"kind": _word(kind), "id": each} for kind, each in retried.done]
        refused = [{"kind": _word(kind), "id": each, "reason": why} for kind, each, why in retried.refused]
        print(json.dumps({"store": store, "retried": done, "refused": refused}))
        return
    for kind, each in retried.done:
        print(f"{_word(kind)} {each} is retried")
    for kind, each, why in retried.refused:
        print(f"{_word(kind)} {each} is not: {why}")
    if not retried.done and not retried.refused:
        print(f"store {store}: there is nothing to retry")


def _as_json(thing: StuckThing) -> dict[str, object]:
    since = readable(thing.since)
    return {
        "kind": _word(thing.kind),
        "state": thing.state,
        "id": thing.id,
        "name": thing.name,
        "customerId": thing.member,
        "customEventId": thing.event,
        "since": None if since is None else since.astimezone(UTC).isoformat(),
        "reason": thing.reason,
    }


def _word(kind: str) -> str:
    return kind.replace("_", "-")


def _age(age: timedelta) -> str:
    """Return an age in its largest unit: `3 d`, `5 h`, `12 min`, `40 s`."""
    seconds = int(age.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
