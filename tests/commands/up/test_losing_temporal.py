"""Temporal's database is put back to an earlier state, or damaged: what was under way is done, and nothing twice."""

import asyncio
import shutil
import signal
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from database import Database, Transaction
from database.secret_keys import SecretKeys
from database.tables import lot as lots
from loyalty.ids import new_id
from loyalty.store.events import NewEvent
from tests.kit import programs
from tests.kit.processes import AdminClient, Ports, Process, eventually, laurel, started, write
from tests.kit.receiver import Answer, Receiver

PASSWORD = "given-by-the-environment"
ENVIRONMENT = {"LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
NAME = "AvailablePointsAmountChanged"


NOTICE = timedelta(days=7)
"""How long before points expire the program of these tests warns."""


@dataclass(frozen=True)
class Lost:
    """What was under way when Temporal's database was lost."""

    event: str
    decided: str
    lot: str


def wait_until_up(process: Process) -> None:
    eventually(lambda: process.output, lambda output: "Ctrl-C ends it" in output, process=process)


def leave_under_way(folder: Path) -> Lost:
    """Have events wait and run, and make what is due later due now, as if time had passed while Laurel was stopped."""

    def change(tx: Transaction) -> Lost:
        now = datetime.now(UTC)
        (member,) = tx.connection.exec_driver_sql("SELECT id FROM member").scalars()
        events = [new_id(), new_id()]
        for event_id in events:
            tx.events.add(NewEvent(event_id, "purchase", member, now, {"total": 5}, 1), now=now - timedelta(minutes=1))
        tx.events.set_owner(events[0], f"event/DEFAULT/{events[0]}", now=now - timedelta(minutes=1))
        (lot, *_) = tx.ledger.lots(member)
        tx.connection.execute(update(lots).where(lots.c.id == lot.id).values(expires_at=now + NOTICE))
        tx.due_items.set(lot.id, "warn", now, member=member)
        tx.due_items.set(lot.id, "expire", now + NOTICE, member=member)
        past = (now - timedelta(minutes=2)).strftime("%Y-%m-%d %H:%M:%S.%f")
        overdue = f"UPDATE delivery SET next_attempt_at = '{past}', start_after = '{past}' WHERE status = 'pending'"
        assert tx.connection.exec_driver_sql(overdue).rowcount == 1
        return Lost(events[1], events[0], lot.id)

    keys = SecretKeys.parse((folder / "secret-key").read_text().strip())
    with closing(Database.open(f"sqlite:///{folder / 'laurel.db'}", keys)) as database:
        return asyncio.run(database.store("DEFAULT").write(change))


def copy_temporal(source: Path, target: Path) -> None:
    """Copy Temporal's database between two folders, in place of the one that is there."""
    for file in target.glob("temporal.db*"):
        file.unlink()
    for file in source.glob("temporal.db*"):
        shutil.copy(file, target)


def lose(data: Path, earlier: Path, how: str) -> None:
    match how:
        case "put back":
            copy_temporal(earlier, data)
        case "damaged":
            content = (data / "temporal.db").read_bytes()
            for file in data.glob("temporal.db-*"):  # the write-ahead log may have the damaged page, too
                file.unlink()
            (data / "temporal.db").write_bytes(b"\xff" * 4096 + content[4096:])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", ["put back", "damaged"])
def test_what_was_under_way_is_done_after_temporals_database_was_lost(
    how: str, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=500))
    data, earlier, ports = tmp_path / "data", tmp_path / "earlier", Ports.free()
    earlier.mkdir()
    up = ("up", "--program", write(tmp_path / "program", programs.files()), "--data", data, *ports.options)

    with started(tmp_path / "first", *up, **ENVIRONMENT) as first:
        wait_until_up(first)
        first.end(signal.SIGINT)
    copy_temporal(data, earlier)
    with started(tmp_path / "second", *up, **ENVIRONMENT) as second:
        wait_until_up(second)
        with AdminClient(ports.url, PASSWORD) as admin:
            hook = {"eventName": NAME, "url": f"{receiver.url}/"}
            admin.post("/api/DEFAULT/webhook/subscription", {"webhookSubscription": hook})
            purchase = admin.report("purchase", {"total": 80})
            admin.applied(purchase)
            receiver.wait_for(lambda requests: len(requests) == 1)
        second.end(signal.SIGINT)
    lost = leave_under_way(data)
    lose(data, earlier, how)
    attempts = len(receiver.requests)
    receiver.answer("/", Answer())

    with started(tmp_path / "third", *up, **ENVIRONMENT) as third:
        wait_until_up(third)
        with AdminClient(ports.url, PASSWORD) as admin:
            for event_id in (lost.event, lost.decided):
                admin.applied(event_id)
            sent = eventually(lambda: delivery_of(admin, purchase), lambda it: it["status"] == "delivered")
            eventually(lambda: due(admin, lost.lot), lambda kinds: "warn" not in kinds)
            points = admin.points()
        third.end(signal.SIGINT)
    audited = laurel("audit", "--data", data)

    of_purchase = [r for r in receiver.requests if r.json["data"].get("amountChange") == 80]
    assert points == 90
    assert len({r.headers["webhook-id"] for r in of_purchase}) == 1
    assert (len(of_purchase), len(sent["attempts"])) == (attempts + 1, attempts + 1)
    assert (audited.returncode, audited.stderr) == (0, "")
    assert ("temporal's database is damaged" in third.output) == (how == "damaged")
    assert len(list(data.glob("temporal.db.damaged-*"))) == (1 if how == "damaged" else 0)


def delivery_of(admin: AdminClient, event_id: str) -> Mapping[str, list[object]]:
    (delivery,) = admin.get(f"/api/DEFAULT/customEvent/{event_id}")["deliveries"]
    assert isinstance(delivery, dict)
    return delivery


def due(admin: AdminClient, lot: str) -> list[str]:
    return [item["kind"] for item in admin.get(f"/api/DEFAULT/dueItem?subject={lot}")["items"]]
