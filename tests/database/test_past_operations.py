"""What was asked for by hand in the past is done again in a backtest: exactly, or refused with the reason."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from typing import Any

import pytest

from activities.backtest import FromDatabase, Job, backtest
from activities.events import EventActivities
from database import Database
from database.programs import Programs
from loyalty.engine.past_operations import PastOperation
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points
from loyalty.points.operations import AddPoints, SpendPoints, TransferPoints, add_points, spend_points, transfer_points
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.points_by_hand import points_by_hand
from tests.kit.scripted_store import FIRST, REFUND, REFUNDS, ScriptedStore
from workbench.backtest import BacktestResult, MemberSnapshot, PairedReplay, Replay, ReplayedEvent
from workbench.backtest.rendering import as_json, text

FILES = programs.files(reactors__refunds=REFUNDS, events__refund=REFUND)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(FILES, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def _two_members(scripted: ScriptedStore) -> tuple[str, str]:
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    for member_id in (ann, bob):
        await scripted.report(member_id, "purchase", {"total": 80})
    return ann, bob


async def _past(scripted: ScriptedStore, day: datetime) -> Sequence[Any]:
    events, operations = await scripted.events(day), await scripted.operations(day)
    return list(merge(events, operations, key=lambda each: (each.received_at, each.id)))


def _replay(replay: Replay | PairedReplay, past: Sequence[ReplayedEvent | PastOperation], until: datetime) -> None:
    for each in past:
        if isinstance(each, PastOperation):
            replay.operate(each)
        else:
            replay.report(each)
    replay.advance(until)


def _lots(state: MemberState) -> list[Any]:
    """The lots without their ids, which differ for what was added by hand."""
    return sorted(
        (lot.wallet, lot.points, lot.remaining, lot.held, str(lot.active_from), str(lot.expires_at))
        for lot in state.lots.values()
    )


async def test_the_same_program_comes_to_the_same_points(scripted: ScriptedStore) -> None:
    ann, bob = await _two_members(scripted)
    earlier = await scripted.operate(spend_points, SpendPoints(ann, 30))
    held = await scripted.operate(hold_points, HoldPoints(ann, 25))
    await scripted.operate(hold_points, HoldPoints(ann, 4, until=scripted.now + timedelta(days=20)))
    await points_by_hand(scripted, bob, ann)
    day = scripted.midnight()
    openings = list((await scripted.snapshots(day)).values())
    await scripted.wait(1)
    await scripted.report(ann, "purchase", {"total": 500})
    await scripted.report(bob, "purchase", {"total": 700})

    await points_by_hand(scripted, ann, bob)
    await scripted.operate(cancel_transfer, CancelTransfer(earlier, by="member"))
    await scripted.operate(capture_points, held, 10)
    await scripted.report(ann, "purchase", {"total": 33})
    expired = scripted.now + timedelta(days=2)
    await scripted.operate(add_points, AddPoints(bob, 12, expires_at=expired))
    await scripted.wait(3)
    last = CancelTransfer(await scripted.last_transfer(bob, "expire"), expires_at=scripted.now + timedelta(days=90))
    await scripted.operate(cancel_transfer, last)
    await scripted.report(ann, "purchase", {"total": 900})
    await scripted.report(bob, "purchase", {"total": 900})
    await points_by_hand(scripted, bob, ann)
    await scripted.wait(30)

    replay = Replay(scripted.program, day)
    replay.load(openings, {})
    _replay(replay, await _past(scripted, day), scripted.now)
    now = await scripted.snapshots(scripted.now + timedelta(seconds=1))
    assert replay.totals.refused_operations == {}
    assert replay.totals.operations > 30
    for member_id in (ann, bob):
        state, expected = replay.store.members_by_id[member_id], now[member_id].state
        assert state.balances == expected.balances
        assert _lots(state) == _lots(expected)


TEN_POINTS = programs.POINTS_FOR_PURCHASE.replace("{var: event.body.total}", "10")


@pytest.mark.parametrize(
    "more",
    [{}, {"program": programs.PROGRAM.replace("7d", "8d")}],
    ids=["replayed once until they differ", "replayed separately"],
)
async def test_what_another_program_cannot_pay_is_refused_and_counted(
    scripted: ScriptedStore, database_url: str, more: Mapping[str, str]
) -> None:
    day = scripted.midnight()
    await scripted.wait(1)
    ann, bob = await _two_members(scripted)
    await scripted.operate(spend_points, SpendPoints(ann, 50))
    sent = await scripted.operate(transfer_points, TransferPoints(bob, ann, 60))
    await scripted.operate(cancel_transfer, CancelTransfer(sent))
    await scripted.operate(add_points, AddPoints(bob, 7))
    await scripted.wait(1)
    until = scripted.now + timedelta(seconds=1)

    files = {**FILES, **programs.files(**more)}
    files["reactors/points-for-purchase.yaml"] = TEN_POINTS.encode()
    less = read_program(files)
    pair = PairedReplay(scripted.program, less, day)
    openings: list[MemberSnapshot] = list((await scripted.snapshots(day)).values())
    pair.load(openings, {})
    past = await _past(scripted, day)
    _replay(pair, past, until)
    compared = pair.compare(events=4, members=2)
    result = BacktestResult(compared, scripted.program, less)

    assert (compared.old.operations, compared.new.operations) == (4, 1)
    assert compared.old.refused_operations == {}
    refused = {
        "points spent: not enough points": 1,
        "points sent to another member: not enough points": 1,
        "transfer cancelled: unknown transfer": 1,
    }
    assert compared.new.refused_operations == refused
    assert (compared.old.spent, compared.new.spent) == ({"points": points(50)}, {})
    assert as_json(result)["operations"] == {
        "inForce": {"done": 4, "refused": 0, "reasons": {}},
        "planned": {"done": 1, "refused": 3, "reasons": refused},
    }
    assert "4 events and 4 operations of 2 members replayed" in text(result)
    assert "refused: points spent: not enough points" in text(result)
    assert {each.member: each.difference for each in compared.affected} == {ann: -70, bob: -70}, "without operations"
    job = Job(FromDatabase(database_url, day, until), FILES, files)
    assert await asyncio.to_thread(backtest, job, jobs=2, progress=lambda *_: None) == compared
