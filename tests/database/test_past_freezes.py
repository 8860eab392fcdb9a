"""A backtest freezes and unfreezes members when they were in the past."""

from heapq import merge

from activities.events import EventActivities
from database import Database
from database.programs import Programs
from loyalty.members.freezing import freeze_member, unfreeze_member
from loyalty.points.operations import SpendPoints, spend_points
from tests.kit import programs
from tests.kit.scripted_store import FIRST, REFUND, REFUNDS, ScriptedStore
from workbench.backtest import Replay

FILES = programs.files(reactors__refunds=REFUNDS, events__refund=REFUND)


async def test_a_replay_of_the_same_program_comes_to_the_same_state(database: Database) -> None:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(FILES, by="test")
    scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)
    anna, bert, cleo = [await scripted.register(f"{name}@example.com") for name in ("anna", "bert", "cleo")]
    for each in (anna, bert, cleo):
        await scripted.report(each, "purchase", {"total": 100})
    await scripted.operate(freeze_member, anna, "before the replay")
    day = scripted.midnight()
    await scripted.wait(1)
    for each in (bert, cleo):
        await scripted.operate(freeze_member, each, "amid the replay")
    for each in (anna, bert, cleo):
        await scripted.report(each, "refund", {"total": 30})
        await scripted.report(each, "purchase", {"total": 50})
    await scripted.wait(95)
    for each in (anna, bert):
        await scripted.operate(unfreeze_member, each)
        await scripted.wait(0)
        await scripted.operate(spend_points, SpendPoints(each, 20))
    await scripted.wait(1)

    replay = Replay(program, day)
    openings = (await scripted.snapshots(day)).values()
    assert {each.state.member.frozen_at is not None for each in openings if each.state.member.id == anna} == {True}
    replay.load(openings, {})
    events, operations = await scripted.events(day), await scripted.operations(day)
    for each in merge(events, operations, key=lambda each: (each.received_at, each.id)):
        replay.operate(each) if each in operations else replay.report(each)
    replay.advance(scripted.now)

    assert replay.totals.refused_operations == {}
    now = await scripted.snapshots(scripted.midnight())
    for each in (anna, bert, cleo):
        state, expected = replay.store.members_by_id[each], now[each].state
        assert state.balances == expected.balances
        assert (state.member.frozen_at is None) == (expected.member.frozen_at is None)
    assert now[cleo].state.balances["points"].pending > 0
    assert now[anna].state.balances["points"].expired > 0
