"""What is left under way by the earlier version, and what must hold when this tree has ended it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, select

from benchmarks.served import Served
from benchmarks.upgrade.receiver import Receiver
from database.audit import audit, audited_stores
from database.tables import deadline, delivery, event, import_file, member, transfer
from loyalty.program.wallets import ONE
from program_files import read_program

PROGRAM = {
    "program.yaml": (
        "store: DEFAULT\ntitle: A shop\ntimezone: UTC\nunknown_members: register\n"
        "wallets:\n  points: {default: true}\n  bonus: {pending: 40s, expires: {after: 40s}}\n"
    ),
    "events/purchase.yaml": (
        "event: purchase\nbody: {type: object, required: [total], properties: {total: {type: integer, minimum: 1}}}\n"
    ),
    "reactors/points.yaml": (
        "reactor: points\non: purchase\nthen:\n  - award_points: {points: {var: event.body.total}}\n"
        "  - award_points: {points: 1, wallet: bonus}\n"
    ),
}
"""Every purchase pays its total, and one point that becomes active, and expires, while the versions change."""

MEMBERS, QUEUE, BATCH, LINES = 20, 60, 500, 2000
BUSY = "busy@example.com"
"""The member in whose queue many events wait."""
MESSAGE = "UnitsTransferWasAdded"
IN_TIME, LATE = "/in-time", "/late"
"""Where a webhook is taken, and where it is refused until the versions have changed."""


@dataclass
class Reported:
    """What was accepted: how many purchases of 1 point each, by member."""

    purchases: Counter[str]
    import_id: str | None = None

    def leave_under_way(self, laurel: Served, receivers: str, events: int) -> None:
        """Subscribe, and report more than is done by the time that this returns."""
        for path in (IN_TIME, LATE):
            hook = {"webhookSubscription": {"eventName": MESSAGE, "url": receivers + path}}
            _done(laurel.call("POST", "/api/DEFAULT/webhook/subscription", hook))
        self._report(laurel, "first@example.com")
        lines = "email,firstName\n" + "".join(f"imported-{n}@example.com,Ida\n" for n in range(LINES))
        self.import_id = _upload(laurel, "/api/DEFAULT/import/member", lines)
        batch = [_purchase(f"batch-{n % MEMBERS}@example.com") for n in range(BATCH)]
        status, _ = laurel.call("POST", "/api/DEFAULT/customEvent/batch", {"events": batch})
        if status == 200:
            self.purchases.update(f"batch-{n % MEMBERS}@example.com" for n in range(BATCH))
        emails = [BUSY] * QUEUE + [f"single-{n % MEMBERS}@example.com" for n in range(events)]
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda email: self._report(laurel, email), emails))

    def _report(self, laurel: Served, email: str) -> None:
        _done(laurel.call("POST", "/api/DEFAULT/customEvent", {"event": _purchase(email)}))
        self.purchases[email] += 1


def _purchase(email: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"type": "purchase", "eventDate": now, "customerData": {"email": email}, "body": {"total": 1}}


def _done(answer: tuple[int, Any]) -> Any:
    status, content = answer
    if status != 200:
        raise RuntimeError(f"it answered {status}: {content}")
    return content


def _upload(laurel: Served, path: str, content: str) -> str | None:
    """Upload a file; return the id of its import, None if that version has no imports."""
    status, answer = laurel.call("POST", path, text=content)
    return str(answer["importId"]) if status == 200 else None


def left(engine: Engine) -> Mapping[str, int]:
    """What is still to be done, by what it is."""
    counts = {
        "events not applied": select(func.count()).where(event.c.status.in_(("received", "decided"))),
        "deliveries pending": select(func.count()).where(delivery.c.status == "pending"),
        "due items": select(func.count()).select_from(deadline),
        "imports": select(func.count()).where(import_file.c.status.in_(("queued", "running"))),
    }
    with engine.connect() as connection:
        return {name: number for name, query in counts.items() if (number := connection.execute(query).scalar_one())}


def faults(engine: Engine, reported: Reported, receiver: Receiver) -> Iterator[str]:
    """Yield what is not as it must be."""
    yield from _of_events(engine)
    yield from _of_points(engine, reported)
    with engine.connect() as connection:
        imported = select(func.count()).where(member.c.email.like("imported-%"))
        number = connection.execute(imported).scalar_one()
        if reported.import_id is not None and number != LINES:
            yield f"{number} members were imported, not {LINES}"
        program = read_program({name: text.encode() for name, text in PROGRAM.items()})
        for store in audited_stores(connection):
            for found in audit(connection, store, now=datetime.now(UTC), program=program).findings:
                yield f"{found.check}: {found}"
        sent = connection.execute(select(delivery.c.message).where(delivery.c.url.like(f"%{LATE}"))).scalars().all()
        if missed := set(sent) - receiver.taken[LATE]:
            yield f"{len(missed)} of {len(sent)} webhooks that were late were not taken"


def _of_events(engine: Engine) -> Iterator[str]:
    counted = select(event.c.status, event.c.error, func.count()).group_by(event.c.status, event.c.error)
    with engine.connect() as connection:
        for status, error, number in connection.execute(counted):
            if status != "applied":
                yield f"{number} events are {status}: {error}"


def _of_points(engine: Engine, reported: Reported) -> Iterator[str]:
    """Each purchase paid its point once, and its bonus came and went."""
    whose = transfer.join(member, member.c.id == transfer.c.member)
    counted = select(member.c.email, transfer.c.wallet, transfer.c.kind, func.sum(transfer.c.points))
    with engine.connect() as connection:
        sums = {
            tuple(key): int(points) // ONE
            for *key, points in connection.execute(
                counted.select_from(whose).group_by(member.c.email, transfer.c.wallet, transfer.c.kind)
            )
        }
    for email, number in reported.purchases.items():
        for wallet, kind in (("points", "award"), ("bonus", "award"), ("bonus", "activate"), ("bonus", "expire")):
            found = sums.get((email, wallet, kind), 0)
            if found != number:
                yield f"{email} has {found} of {wallet} by {kind}, not {number}"
