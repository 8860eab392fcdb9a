"""Frozen members and members for tests in the engine in memory, which simulations and backtests use."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.engine.in_memory import REVISION, InMemoryEngine
from loyalty.engine.snapshots import load_into, unload_from
from loyalty.events.operations import OperationContext
from loyalty.members.freezing import freeze_member, unfreeze_member
from loyalty.points.operations import SpendPoints, spend_points
from loyalty.refusals import MemberFrozen
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.scripted_store import REFUND, REFUNDS

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANNA, BERT = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
LIMITED = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {var: event.body.total}}}]
limits: [{per: program, every: ever, points: 100}, {per: member, every: ever, points: 250}]
"""


def engine(**changed: str) -> InMemoryEngine:
    found = InMemoryEngine(
        read_program(programs.files(reactors__refunds=REFUNDS, events__refund=REFUND, **changed)), NOW
    )
    found.register(MemberState(Member(ANNA, NOW, email="anna@example.com", tier="bronze")))
    return found


def operation(of: InMemoryEngine) -> OperationContext:
    return OperationContext(of.store, of.program, REVISION, of.now, "admin")


def test_a_frozen_member_earns_pending_points_spends_nothing_and_nothing_expires_until_the_thaw() -> None:
    shop = engine()
    shop.report(ANNA, "purchase", {"total": 100})
    freeze_member(operation(shop), ANNA, "looked into")

    (refund, *_) = shop.report(ANNA, "refund", {"total": 30})
    shop.report(ANNA, "purchase", {"total": 40})
    shop.advance(NOW + timedelta(days=100))

    balances = shop.store.members_by_id[ANNA].balances
    assert (balances["points"].active, balances["points"].pending) == (points(100), points(40))
    (outcome,) = refund.decision.outcomes
    assert (outcome.verdict, outcome.reason.is_frozen) == ("not_enough_points", True)  # type: ignore[union-attr]
    with pytest.raises(MemberFrozen):
        spend_points(operation(shop), SpendPoints(ANNA, 1))
    unfreeze_member(operation(shop), ANNA)
    happened = [each.type for each in shop.advance(shop.now)]
    assert sorted(happened) == ["points_activated", "points_expired"]
    assert (balances["points"].active, balances["points"].expired) == (points(40), points(100))


def test_what_waits_goes_along_with_a_member_who_is_loaded_into_another_engine() -> None:
    shop, other = engine(), engine()
    shop.report(ANNA, "purchase", {"total": 100})
    freeze_member(operation(shop), ANNA, "looked into")
    shop.advance(NOW + timedelta(days=100))
    snapshot = unload_from(shop, ANNA)
    other.store.unload(ANNA)
    other.advance(shop.now)

    load_into(other, snapshot)
    assert other.advance(shop.now) == []
    unfreeze_member(operation(other), ANNA)

    assert [each.type for each in other.advance(shop.now)] == ["points_expired"]


def test_a_test_member_neither_uses_nor_meets_a_limit_over_all_members() -> None:
    shop = engine(**{"reactors__points-for-purchase": LIMITED})
    shop.register(MemberState(Member(BERT, NOW, email="bert@example.com", tier="bronze", is_test=True)))

    for member in (BERT, ANNA, BERT, ANNA):
        shop.report(member, "purchase", {"total": 150})

    earned = [shop.store.members_by_id[each].balances["points"].earned for each in (BERT, ANNA)]
    assert earned == [points(250), points(100)]
