"""Due items, each in a transaction of its own: what is set aside, what waits, and what many workers do at once."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.due_items import WAITS
from database.pages import PageRequest
from database.programs import Programs
from database.snapshots import current_snapshot
from database.tables import deadline
from loyalty.engine.due_items import DueItemResult, retry_due_item, run_due_item
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import DueBatch
from loyalty.refusals import DueItemNotFailed
from loyalty.store.due_items import DUE_KINDS, DueItem, StoredDueItem
from loyalty.store.events import NewEvent
from loyalty.store.members import Balance
from loyalty.store.points import Lot
from loyalty.store.repositories import StoreRepositories
from tests.kit import programs
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
WARNED = NOW + timedelta(days=83)
EXPIRED = NOW + timedelta(days=90)
LATER = NOW + timedelta(days=91)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)


async def buyer(scripted: ScriptedStore, email: str = "ann@example.com", total: int = 10) -> tuple[str, str]:
    """Register a member who buys something; return the ids of the member and of the lot."""
    member = await scripted.register(email)
    await scripted.report(member, "purchase", {"total": total})
    (lot,) = await lots(scripted, member)
    return member, lot.id


async def lots(scripted: ScriptedStore, member: str) -> list[Lot]:
    return list(await scripted.database.store("DEFAULT").read(lambda tx: tx.ledger.lots(member)))


async def stored(scripted: ScriptedStore) -> dict[tuple[str, str], StoredDueItem]:
    """Every due item, by subject and kind."""
    page = await scripted.database.store("DEFAULT").read(lambda tx: tx.due_items.page(PageRequest(500)))
    return {(each.subject, each.kind): each for each in page.records}


async def active(scripted: ScriptedStore, *members: str) -> list[object]:
    """The active points of members, in units of the wallet."""
    store, wallet = scripted.database.store("DEFAULT"), scripted.program.default_wallet
    balances = [await store.read(partial(_balances, member)) for member in members]
    return [wallet.amount(each["points"].active) for each in balances]


def _balances(member: str, tx: ReadTransaction) -> Mapping[str, Balance]:
    return tx.members.balances(member)


async def accept(scripted: ScriptedStore, member: str, at: datetime) -> str:
    """Store an event of a member, accepted at a moment, and do not decide it."""
    new = NewEvent(new_id(), "app_login", member, at, {}, scripted.revision)
    await scripted.database.store("DEFAULT").write(lambda tx: tx.events.add(new, now=at))
    return new.id


async def retry(scripted: ScriptedStore, subject: str, kind: str, now: datetime) -> bool:
    store = scripted.database.store("DEFAULT")
    return await store.write(lambda tx: retry_due_item(tx.due_items, subject, kind, now=now))


def reported(batch: DueBatch) -> list[str]:
    return [event.type for event in batch.due]


def raise_after_running(monkeypatch: pytest.MonkeyPatch, subject: str, error: Callable[[], Exception]) -> None:
    """Let the items of a subject raise when they are run, after what they write."""

    def run(tx: StoreRepositories, program: Program, revision: int, item: DueItem, *, now: datetime) -> DueItemResult:
        result = run_due_item(tx, program, revision, item, now=now)
        if item.subject == subject:
            raise error()
        return result

    monkeypatch.setattr("activities.due_items.run_due_item", run)


async def test_a_lot_has_its_warning_and_its_expiry_at_once(scripted: ScriptedStore) -> None:
    ann, lot = await buyer(scripted)

    items = await stored(scripted)

    assert {kind: item.due_at for (_, kind), item in items.items()} == {"warn": WARNED, "expire": EXPIRED}
    assert {(item.subject, item.member) for item in items.values()} == {(lot, ann)}


async def test_an_item_that_raises_is_set_aside_and_the_others_go_on(
    scripted: ScriptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = [await buyer(scripted, f"{n}@example.com") for n in range(8)]
    (bad, bad_lot), others = bought[3], bought[:3] + bought[4:]
    raise_after_running(monkeypatch, bad_lot, lambda: KeyError("no such wallet"))

    batch = await run_due_items(scripted.database, LATER)
    again = await run_due_items(scripted.database, LATER)

    items = await stored(scripted)
    assert sorted(reported(batch)) == ["points_expired"] * 7 + ["points_will_expire"] * 7
    assert (reported(again), again.waits) == ([], True)
    assert {key: (item.failed_at, item.error) for key, item in items.items()} == {
        (bad_lot, kind): (LATER, "KeyError: 'no such wallet'") for kind in ("warn", "expire")
    }
    assert await active(scripted, bad) == [10]
    assert await active(scripted, *(member for member, _ in others)) == [0] * 7


async def test_an_item_that_was_set_aside_is_run_after_its_cause_is_cured(
    scripted: ScriptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, lot = await buyer(scripted)
    with monkeypatch.context() as broken:
        raise_after_running(broken, lot, lambda: KeyError("broken"))
        await run_due_items(scripted.database, LATER)
    cured = LATER + timedelta(days=1)

    before = await run_due_items(scripted.database, cured)
    was_retried = await retry(scripted, lot, "expire", cured)
    after = await run_due_items(scripted.database, cured)

    assert reported(before) == []
    assert was_retried
    assert reported(after) == ["points_expired"]
    assert await active(scripted, ann) == [0]
    assert await stored(scripted) == {}  # what was left of the lot, its warning too, is gone


async def test_only_what_is_set_aside_is_tried_again(scripted: ScriptedStore) -> None:
    _, lot = await buyer(scripted)

    with pytest.raises(DueItemNotFailed, match="is not set aside"):
        await retry(scripted, lot, "expire", NOW)
    assert not await retry(scripted, lot, "activate", NOW)
    assert not await retry(scripted, new_id(), "expire", NOW)
    assert (await stored(scripted))[lot, "expire"].due_at == EXPIRED


async def test_an_item_of_a_newer_version_is_set_aside_and_never_run_as_an_expiry(scripted: ScriptedStore) -> None:
    ann, lot = await buyer(scripted)
    bob, _ = await buyer(scripted, "bob@example.com")
    row = {"store": "DEFAULT", "subject": lot, "kind": "newer", "due_at": NOW, "member": ann}
    await scripted.database.access_write(lambda access: access.connection.execute(deadline.insert().values(row)))

    batch = await run_due_items(scripted.database, WARNED)

    unknown = (await stored(scripted))[lot, "newer"]
    assert reported(batch) == ["points_will_expire"] * 2
    assert unknown.failed_at == WARNED
    assert unknown.error is not None
    assert unknown.error.startswith("UnknownDueKind: this version of Laurel does not know due items of the kind newer")
    assert await active(scripted, ann, bob) == [10, 10]


async def test_an_error_that_passes_by_itself_sets_nothing_aside(
    scripted: ScriptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, lot = await buyer(scripted)
    bob, _ = await buyer(scripted, "bob@example.com")
    with monkeypatch.context() as broken:
        raise_after_running(broken, lot, lambda: OperationalError("SELECT 1", {}, Exception("the connection is lost")))
        first = await run_due_items(scripted.database, LATER)
        only_hers = await run_due_items(scripted.database, LATER)
    items = await stored(scripted)

    second = await run_due_items(scripted.database, LATER)

    assert reported(first) == ["points_will_expire", "points_expired"]
    assert only_hers.waits
    assert {(kind, item.failed_at) for (_, kind), item in items.items()} == {("warn", None), ("expire", None)}
    assert reported(second) == ["points_will_expire", "points_expired"]
    assert await active(scripted, ann, bob) == [0, 0]


async def test_workers_that_run_the_same_page_at_once_run_each_item_once(scripted: ScriptedStore) -> None:
    members = [(await buyer(scripted, f"{n}@example.com"))[0] for n in range(12)]

    batches = await asyncio.gather(*(run_due_items(scripted.database, LATER) for _ in range(6)))

    events = [event.id for batch in batches for event in batch.due]
    assert len(events) == len(set(events)) == 24
    assert await active(scripted, *members) == [0] * 12
    assert await stored(scripted) == {}


async def test_an_item_that_is_changed_while_it_waits_to_be_run_is_not_run(scripted: ScriptedStore) -> None:
    ann, lot = await buyer(scripted)
    store = scripted.database.store("DEFAULT")
    (warning,) = await store.read(lambda tx: tx.due_items.due(now=WARNED, limit=10))
    await store.write(lambda tx: tx.due_items.set(lot, "warn", LATER, member=ann))

    def run(tx: Transaction) -> DueItemResult:
        return run_due_item(tx, scripted.program, scripted.revision, warning, now=WARNED)

    assert await store.write(run) == DueItemResult(was_run=False)
    assert not await store.write(lambda tx: tx.due_items.set_aside(warning, "too late", now=WARNED))


async def test_items_wait_for_events_that_were_accepted_before_and_other_members_go_on(
    scripted: ScriptedStore,
) -> None:
    ann, lot = await buyer(scripted)
    bob, _ = await buyer(scripted, "bob@example.com")
    event = await accept(scripted, ann, WARNED - timedelta(seconds=1))
    store = scripted.database.store("DEFAULT")

    first = await run_due_items(scripted.database, LATER)
    waiting = await run_due_items(scripted.database, LATER)
    items = await stored(scripted)
    await store.write(lambda tx: tx.events.set_applied(event, now=LATER))
    then = await run_due_items(scripted.database, LATER)

    assert [each.member for each in first.due] == [bob, bob]
    assert (reported(waiting), waiting.waits, waiting.next_at) == ([], True, None)
    assert {(subject, item.failed_at) for (subject, _), item in items.items()} == {(lot, None)}
    assert reported(then) == ["points_will_expire", "points_expired"]
    assert not then.waits


async def test_items_do_not_wait_for_events_that_were_accepted_later_or_that_failed(scripted: ScriptedStore) -> None:
    ann, _ = await buyer(scripted)
    failed = await accept(scripted, ann, NOW)
    await accept(scripted, ann, WARNED)
    await scripted.database.store("DEFAULT").write(lambda tx: tx.events.set_failed(failed, "a fault", now=NOW))

    batch = await run_due_items(scripted.database, WARNED)

    assert reported(batch) == ["points_will_expire"]


async def test_an_event_accepted_after_a_page_was_read_holds_up_its_items(scripted: ScriptedStore) -> None:
    ann, _ = await buyer(scripted)
    store = scripted.database.store("DEFAULT")
    (warning,) = await store.read(lambda tx: tx.due_items.due(now=WARNED, limit=10))
    await accept(scripted, ann, WARNED - timedelta(seconds=1))

    def run(tx: Transaction) -> DueItemResult:
        return run_due_item(tx, scripted.program, scripted.revision, warning, now=WARNED)

    assert await store.write(run) == DueItemResult(was_run=False)


async def test_the_relay_finds_the_events_of_a_worker_that_was_killed_before_their_workflows_started(
    scripted: ScriptedStore,
) -> None:
    await buyer(scripted)

    lost = await run_due_items(scripted.database, LATER)
    found = await scripted.database.take_unstarted(
        now=LATER + timedelta(minutes=1), limit=10, again_after=timedelta(minutes=1)
    )

    assert sorted(each.event.id for each in found) == sorted(each.id for each in lost.due)


async def test_the_clock_is_noted_to_wake_up_for_what_is_due_next_while_everything_else_waits(
    scripted: ScriptedStore,
) -> None:
    ann, _ = await buyer(scripted)
    await accept(scripted, ann, NOW)

    waiting = await run_due_items(scripted.database, WARNED)

    assert (waiting.waits, waiting.next_at) == (True, EXPIRED)


async def test_items_of_one_moment_are_run_in_the_order_of_their_kinds(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    newer: Any = "a_newer_kind"
    known = [kind for kind in DUE_KINDS if kind != "unblock"]  # of a hold, which has no member
    kinds: list[Any] = [newer, *reversed(known)]

    def store(tx: Transaction) -> list[str]:
        for kind in kinds:
            tx.due_items.set(ann, kind, NOW, member=ann)
        return [item.kind for item in tx.due_items.due(now=NOW, limit=len(kinds))]

    in_order = await scripted.database.store("DEFAULT").write(store)

    assert in_order == [*known, newer]


async def test_a_simulation_leaves_out_what_is_set_aside_or_unknown(scripted: ScriptedStore) -> None:
    ann, lot = await buyer(scripted)
    newer: Any = "a_newer_kind"

    def change(tx: Transaction) -> None:
        tx.due_items.set(lot, newer, NOW, member=ann)
        tx.due_items.set_aside(DueItem(lot, "warn", WARNED, ann), "broken", now=NOW)

    await scripted.database.store("DEFAULT").write(change)
    snapshot = await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))

    assert snapshot.due_items == {lot: {"expire": EXPIRED}}


def test_whether_an_item_waits_is_read_from_the_index_of_queues(sqlite_database_url: str) -> None:
    statement = str(select(deadline.c.subject).where(WAITS).compile(compile_kwargs={"literal_binds": True}))
    engine = create_engine(sqlite_database_url)

    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]

    assert "SEARCH event USING INDEX ix_event_queue (member=? AND position>?)" in plan
    engine.dispose()
