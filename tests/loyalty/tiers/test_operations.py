"""Tiers by hand: floors, upper bounds, pins, their dates, and what follows when they end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loyalty.events.operations import OperationContext
from loyalty.refusals import Refusal, UnknownTier
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier
from loyalty.tiers.refusals import HoldEndsInPast, NotAssignedByHand
from tests.loyalty.tiers.test_due_items import ANN, START, YEAR, InMemoryEngine, new_engine, tier

DAY = timedelta(days=1)
SPENT = "reactor: demote\non: app_login\nthen: [{set_tier: bronze}]\n"
NEVER_REVIEWED = """\
store: DEFAULT
timezone: UTC
tiers: [{tier: bronze, from: 0}, {tier: silver, from: 500}, {tier: gold, from: 2000}]
"""


def assign(engine: InMemoryEngine, name: str, **more: Any) -> Sequence[str]:
    """Put Ann into a tier by hand; return the types of the events that report it."""
    operation = OperationContext(engine.store, engine.program, 0, engine.now, "admin")
    assign_tier(operation, AssignTier(ANN, name, **more))
    return _process(engine, operation)


def unassign(engine: InMemoryEngine) -> Sequence[str]:
    """Take Ann's tier by hand back."""
    operation = OperationContext(engine.store, engine.program, 0, engine.now, "admin")
    unassign_tier(operation, ANN)
    return _process(engine, operation)


def _process(engine: InMemoryEngine, operation: OperationContext) -> Sequence[str]:
    return [each.type for each in engine.process(operation.to_start)]


def buy(engine: InMemoryEngine, total: int) -> None:
    engine.report(ANN, "purchase", {"total": total})


def test_a_tier_by_hand_is_announced_as_one_that_a_person_set() -> None:
    engine = new_engine()
    operation = OperationContext(engine.store, engine.program, 0, engine.now, "admin")
    assign_tier(operation, AssignTier(ANN, "silver"))

    assigned, changed, updated = engine.process(operation.to_start)

    assert assigned.body == {"tier": "silver", "direction": "floor", "until": None}
    assert changed.body == {"from": "bronze", "to": "silver", "up": True, "by_hand": True}
    assert updated.body == {"fields": ["tier"]}
    sent = [each.name for each in (*changed.sent, *updated.sent)]
    assert sent == ["CustomerLevelChanged", "CustomerUpdated"]


def test_upwards_is_a_floor_through_every_review_and_no_ceiling() -> None:
    engine = new_engine()
    assign(engine, "silver")

    engine.advance(START + 3 * YEAR)
    kept = tier(engine)
    buy(engine, 2000)
    risen = tier(engine)
    engine.advance(START + 6 * YEAR)

    assert (kept, risen, tier(engine)) == ("silver", "gold", "silver")


def test_a_floor_that_is_taken_back_leaves_what_the_member_reached_meanwhile() -> None:
    engine = new_engine()
    assign(engine, "gold")
    buy(engine, 600)

    types = unassign(engine)

    assert types == ["tier_unassigned", "tier_changed", "member_updated"]
    assert tier(engine) == "silver"


def test_a_tier_by_hand_is_downwards_if_it_is_below_the_one_the_member_would_be_in() -> None:
    engine = new_engine(tier="gold")
    assign(engine, "bronze")
    assign(engine, "silver")

    buy(engine, 2000)
    held, _ = tier(engine), engine.advance(START + YEAR)

    assert (held, tier(engine)) == ("silver", "gold")


def test_a_tier_by_hand_that_replaces_a_higher_one_is_a_floor_if_the_member_would_be_in_it() -> None:
    engine = new_engine(tier="silver")
    assign(engine, "gold")
    assign(engine, "silver")

    lower = tier(engine)
    buy(engine, 2000)

    assert (lower, tier(engine)) == ("silver", "gold")


def test_a_tier_that_was_earned_before_a_floor_is_kept_until_its_own_review() -> None:
    engine = new_engine(tier="silver")
    assign(engine, "gold")
    engine.advance(START + 100 * DAY)

    unassign(engine)
    before, _ = tier(engine), engine.advance(START + YEAR)

    assert (before, tier(engine)) == ("silver", "bronze")


def test_taking_back_a_floor_above_which_the_member_has_risen_changes_no_tier() -> None:
    engine = new_engine()
    assign(engine, "silver")
    buy(engine, 2500)

    types = unassign(engine)

    assert (types, tier(engine)) == (["tier_unassigned"], "gold")


def test_a_floor_ends_at_its_date() -> None:
    engine = new_engine()
    assign(engine, "silver", until=START + 10 * DAY)

    engine.advance(START + 10 * DAY - timedelta(seconds=1))
    before = tier(engine)
    processed = engine.advance(START + 10 * DAY)

    assert (before, tier(engine)) == ("silver", "bronze")
    assert [each.type for each in processed] == ["tier_unassigned", "tier_changed"]


def test_a_floor_that_is_prolonged_does_not_end_at_its_first_date() -> None:
    engine = new_engine()
    assign(engine, "silver", until=START + 10 * DAY)
    assign(engine, "silver", until=START + 20 * DAY)

    engine.advance(START + 15 * DAY)
    before, _ = tier(engine), engine.advance(START + 20 * DAY)

    assert (before, tier(engine)) == ("silver", "bronze")


def test_downwards_holds_against_every_award_until_the_next_review_which_judges_them() -> None:
    engine = new_engine(tier="gold")
    assign(engine, "bronze")
    buy(engine, 700)
    held, _ = tier(engine), engine.advance(START + YEAR)

    assert (held, tier(engine)) == ("bronze", "silver")
    with pytest.raises(NotAssignedByHand):
        unassign(engine)


def test_downwards_that_is_taken_back_gives_the_earned_tier_back_until_its_own_review() -> None:
    engine = new_engine(tier="gold")
    assign(engine, "bronze")

    unassign(engine)
    back, _ = tier(engine), engine.advance(START + YEAR)

    assert (back, tier(engine)) == ("gold", "bronze")


def test_downwards_that_is_taken_back_gives_what_was_reached_meanwhile() -> None:
    engine = new_engine(tier="silver")
    assign(engine, "bronze")
    buy(engine, 2000)

    unassign(engine)

    assert tier(engine) == "gold"


def test_pinned_holds_both_ways_through_reviews() -> None:
    engine = new_engine(tier="silver", reactors__demote=SPENT)
    assign(engine, "silver", pinned=True)

    buy(engine, 5000)
    engine.report(ANN, "app_login", {})
    first, _ = tier(engine), engine.advance(START + 3 * YEAR)
    second = tier(engine)
    unassign(engine)

    assert (first, second, tier(engine)) == ("silver", "silver", "bronze")


def test_a_rule_that_sets_a_tier_is_bounded_by_the_floor() -> None:
    engine = new_engine(reactors__demote=SPENT)
    assign(engine, "gold")

    engine.report(ANN, "app_login", {})

    assert tier(engine) == "gold"


def test_without_reviews_a_floor_that_is_taken_back_leaves_what_standing_reaches() -> None:
    engine = new_engine(NEVER_REVIEWED)
    assign(engine, "gold")
    buy(engine, 500)

    unassign(engine)

    assert tier(engine) == "silver"


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (AssignTier(ANN, "diamond"), UnknownTier),
        (AssignTier(ANN, ""), UnknownTier),
        (AssignTier(ANN, "gold", until=START), HoldEndsInPast),
        (AssignTier(ANN, "gold", until=START - DAY), HoldEndsInPast),
    ],
)
def test_a_tier_by_hand_that_cannot_be_is_refused_and_changes_nothing(
    request_: AssignTier, refusal: type[Refusal]
) -> None:
    engine = new_engine()
    operation = OperationContext(engine.store, engine.program, 0, engine.now, "admin")

    with pytest.raises(refusal):
        assign_tier(operation, request_)

    assert (tier(engine), operation.to_start) == ("bronze", [])


def test_what_was_not_set_by_hand_cannot_be_taken_back() -> None:
    engine = new_engine(tier="gold")

    with pytest.raises(NotAssignedByHand):
        unassign(engine)


def test_a_tier_by_hand_of_who_is_in_none_leaves_them_in_the_lowest() -> None:
    engine = new_engine(NEVER_REVIEWED.replace("from: 0", "from: 10"))
    engine.store.members_by_id[ANN].member = replace(engine.store.members_by_id[ANN].member, tier=None)
    assign(engine, "gold")

    unassign(engine)

    assert tier(engine) == "bronze"


def test_a_tier_that_a_return_took_is_not_what_a_floor_leaves() -> None:
    refund = """\
event: refund
body: {type: object, properties: {number: {type: integer}}}
reverses: {event: purchase, where: {total: 600}}
"""
    engine = new_engine(events__refund=refund)
    buy(engine, 600)
    assign(engine, "gold")

    engine.report(ANN, "refund", {})
    held, _ = tier(engine), unassign(engine)

    assert (held, tier(engine)) == ("gold", "bronze")
