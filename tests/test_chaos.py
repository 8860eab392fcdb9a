"""Nothing is lost and nothing is paid twice, whatever is killed; and the audit that says so sees when it is not so."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert

from benchmarks.audit import Moved, Purchase, faults
from benchmarks.chaos.running import Asked, chaos
from benchmarks.sale_audit import Sale
from database.tables import account, event, lot, member, transfer
from loyalty.store.members import Balance
from tests.kit.amounts import points

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BOUGHT = Purchase("event-1", "purchase-1", "ann@example.com", 30)


def awarded(amount: int) -> dict[str, int]:
    """What an award adds to a balance."""
    return Balance(active=points(amount), earned=points(amount), qualifying=points(amount))._asdict()


@pytest.fixture
def empty_database(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'laurel.db')}"


@pytest.mark.timeout(500)
@pytest.mark.parametrize(
    "asked",
    [
        Asked(is_apart=False, events=60, kills=3, faults=1, share=0.05, seed=1),
        Asked(is_apart=True, events=60, kills=5, faults=3, share=0.05, seed=3),
    ],
    ids=["together", "apart"],
)
async def test_every_accepted_event_is_done_once_though_everything_fails(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await chaos(asked)

    printed = capsys.readouterr().out
    assert code == 0, printed
    assert printed.count(": SIG") == asked.kills
    assert "60 events accepted" in printed
    assert re.search(r"[1-9]\d* sales, [1-9]\d* returns", printed), printed


@pytest.mark.parametrize(
    ("paid", "seen"),
    [
        ([30], []),
        ([30, 30], ["purchase-1 is worth 30, and paid [30, 30]", "the ledger's sum is 60, not 30"]),
        ([], ["purchase-1 is worth 30, and paid []", "the ledger's sum is 0, not 30"]),
        ([29], ["purchase-1 is worth 30, and paid [29]", "the ledger's sum is 29, not 30"]),
    ],
)
def test_the_audit_sees_what_was_paid_too_often_or_not_at_all(
    empty_database: str, paid: list[int], seen: list[str]
) -> None:
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        dates = {"registered_at": NOW, "created_at": NOW, "updated_at": NOW}
        ann = {"id": "ann", "store": "S", "email": BOUGHT.email, "profile": {}, "attributes": {}, "active": True}
        connection.execute(insert(member).values(**ann, **dates))
        times = {"time": NOW, "received_at": NOW, "revision": 1, "depth": 0, "body": {}}
        stored = {"id": BOUGHT.id, "store": "S", "type": "purchase", "member": "ann", "external_id": "purchase-1"}
        connection.execute(insert(event).values(**stored, **times, status="applied"))
        whose = {"store": "S", "member": "ann", "wallet": "points"}
        connection.execute(insert(account).values(**whose, id="account", **awarded(sum(paid)), transfers=len(paid)))
        for number, amount in enumerate(paid, 1):
            balance = points(sum(paid[:number]))
            added = {"id": f"lot-{number}", "points": points(amount), "event": BOUGHT.id}
            line = {"account": "account", "number": number, "kind": "award", "source": "reactor/points"}
            connection.execute(
                insert(transfer).values(**whose, **added, **line, **awarded(amount), balance=balance, at=NOW)
            )
            left = {"remaining": points(amount), "transfer": added["id"], "created_at": NOW}
            connection.execute(insert(lot).values(**whose, **added, **left))

    found = faults(engine, [BOUGHT])
    engine.dispose()

    assert found == seen


def test_the_audit_sees_what_was_moved_twice_or_out_of_order(empty_database: str) -> None:
    first = Purchase("event-1", "purchase-1", "ann@example.com", 30, sent_at=1.0, answered_at=2.0)
    second = Purchase("event-2", "purchase-2", "ann@example.com", 40, sent_at=3.0, answered_at=4.0)
    engine = create_engine(empty_database)
    dates = {"registered_at": NOW, "created_at": NOW, "updated_at": NOW}
    ann = {"id": "ann", "store": "S", "email": "ann@example.com", "profile": {}, "active": True}
    whose = {"store": "S", "member": "ann", "wallet": "points"}
    line = {"account": "account", "event": "e", "source": "admin", "balance": 0, "at": NOW, **Balance()._asdict()}
    with engine.begin() as connection:
        connection.execute(insert(member).values(**ann, **dates, attributes={"trail": [40, 30]}))
        connection.execute(insert(account).values(**whose, id="account", **Balance()._asdict(), transfers=3))
        for number, (kind, related) in enumerate(
            [("spend", None), ("spend", None), ("cancel", "1"), ("cancel", "1")], 1
        ):
            each = {"id": str(number), "number": number, "kind": kind, "points": points(5), "related": related}
            connection.execute(insert(transfer).values(**whose, **line, **each))

    found = faults(engine, [first, second], [Moved("1", "spend", 5), Moved("1", "cancel", 0)])
    engine.dispose()

    assert "purchase-1 of ann@example.com was decided after one that was sent after its answer" in found
    assert "1 requests of the kind spend were answered, and 2 are there" in found
    assert "1 was cancelled, and was undone 2 times" in found


def test_the_audit_sees_a_sale_that_is_not_there_or_did_not_pay(empty_database: str) -> None:
    sale = Sale("S-1", "ann@example.com", 30, {"beans": 1}, "sale-1", 10, {"R-1": "return-1"})
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        dates = {"registered_at": NOW, "created_at": NOW, "updated_at": NOW}
        ann = {"id": "ann", "store": "S", "email": sale.email, "profile": {}, "attributes": {}, "active": True}
        connection.execute(insert(member).values(**ann, **dates))

    found = faults(engine, [], sales=[sale])
    engine.dispose()

    assert "S-1 was answered as sale-1, and is there as None" in found
    assert "R-1 was answered as return-1, and is there as None" in found
    assert "S-1 of ann@example.com paid 0 and lost 0, not 30 and 10" in found
    assert "the ledger's sum is 0, not 30" in found


def test_the_audit_misses_an_event_that_was_accepted(empty_database: str) -> None:
    engine = create_engine(empty_database)

    found = faults(engine, [BOUGHT])
    engine.dispose()

    assert "purchase-1 was accepted as event-1, and is not there" in found
