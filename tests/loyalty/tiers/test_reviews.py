"""Years go by: tiers are reviewed, warned of, lost and reached again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN = "00000000-0000-4000-8000-00000000000a"
YEAR = timedelta(days=365)
PROGRAM = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + "tier_review: {after: 365d}\n"
VIP = "reactor: vip\non: app_login\nthen: [{set_tier: gold}]\n"


def trial(program: str = PROGRAM, *, tier: str = "bronze", **files: str) -> InMemoryEngine:
    made = InMemoryEngine(read_program(programs.files(program=program, **files)), START, records_messages=True)
    made.register(MemberState(Member(ANN, START, tier=tier)))
    return made


def tier(there: InMemoryEngine) -> str | None:
    return there.store.members_by_id[ANN].member.tier


def of_tiers(happened: list[ProcessedEvent]) -> list[tuple[str, Any, int]]:
    """What happened to the tier, to which, and on which day."""
    return [(each.type, each.body["to"], (each.at - START).days) for each in happened if each.type.startswith("tier")]


def test_what_led_up_to_a_tier_counts_at_its_first_review_and_no_more_at_the_second() -> None:
    there = trial()
    there.report(ANN, "purchase", {"total": 600})

    first, second = there.advance(START + YEAR), there.advance(START + 2 * YEAR)

    assert of_tiers(first) == []
    assert of_tiers(second) == [("tier_will_expire", "bronze", 716), ("tier_changed", "bronze", 730)]
    assert tier(there) == "bronze"


def test_a_rise_begins_a_period_in_which_all_since_the_last_review_counts() -> None:
    there = trial()
    there.report(ANN, "purchase", {"total": 500})
    there.advance(START + timedelta(days=100))
    there.report(ANN, "purchase", {"total": 1500})

    happened = there.advance(START + timedelta(days=100) + 2 * YEAR)

    assert of_tiers(happened) == [("tier_will_expire", "bronze", 816), ("tier_changed", "bronze", 830)]


def test_who_fell_rises_again_by_what_they_earn_since() -> None:
    there = trial()
    there.report(ANN, "purchase", {"total": 2000})
    there.advance(START + 2 * YEAR)
    fallen = tier(there)

    little = there.report(ANN, "purchase", {"total": 499})
    more = there.report(ANN, "purchase", {"total": 1})
    kept = there.advance(START + 3 * YEAR)

    assert fallen == "bronze"
    assert of_tiers(little) == []
    assert of_tiers(more) == [("tier_changed", "silver", 730)]
    assert of_tiers(kept) == []


def test_who_earns_a_lower_tier_falls_no_further() -> None:
    there = trial(tier="gold")
    there.report(ANN, "purchase", {"total": 700})

    happened = there.advance(START + YEAR)

    assert of_tiers(happened) == [("tier_will_expire", "silver", 351), ("tier_changed", "silver", 365)]
    assert happened[-1].body == {"from": "gold", "to": "silver", "up": False}


def test_the_warning_and_the_fall_are_told() -> None:
    there = trial(tier="gold")

    warned, fallen = there.advance(START + YEAR)

    assert [sent.name for sent in warned.sent] == ["LevelWillExpire"]
    assert [sent.name for sent in fallen.sent] == ["CustomerLevelChanged"]
    assert warned.body["expires_at"] == (START + YEAR).isoformat()


def test_who_is_warned_can_still_earn_enough() -> None:
    there = trial(tier="silver")

    warned = there.advance(START + timedelta(days=355))
    there.report(ANN, "purchase", {"total": 500})
    reviewed = there.advance(START + YEAR)

    assert of_tiers(warned) == [("tier_will_expire", "bronze", 351)]
    assert of_tiers(reviewed) == []
    assert tier(there) == "silver"


def test_a_tier_that_is_set_is_kept_for_a_period_and_every_fall_is_an_event_of_its_own() -> None:
    there = trial(reactors__vip=VIP)

    there.report(ANN, "app_login", {})
    first = there.advance(START + YEAR)
    there.report(ANN, "app_login", {})
    second = there.advance(START + 2 * YEAR)

    assert of_tiers(first) == [("tier_will_expire", "bronze", 351), ("tier_changed", "bronze", 365)]
    assert of_tiers(second) == [("tier_will_expire", "bronze", 716), ("tier_changed", "bronze", 730)]
    assert not {each.id for each in first} & {each.id for each in second}


def test_by_active_points_who_spent_or_lost_them_falls() -> None:
    there = trial(PROGRAM + "tier_by: active_points\n")
    there.report(ANN, "purchase", {"total": 500})

    happened = there.advance(START + YEAR)

    assert of_tiers(happened) == [("tier_will_expire", "bronze", 351), ("tier_changed", "bronze", 365)]


def test_points_that_expire_at_the_moment_of_the_review_count_no_more() -> None:
    same = PROGRAM.replace("{after: 90d}", "{end_of: year}").replace("{after: 365d}", "{end_of: year}")

    for number in range(8):  # whatever the ids are by which things of one moment are told apart
        there = trial(f"{same}tier_by: active_points\n")
        for _ in range(number):
            there.report(ANN, "app_login", {})
        there.report(ANN, "purchase", {"total": 600})
        happened = there.advance(START + YEAR)

        assert [each.type for each in happened if "will" not in each.type] == ["points_expired", "tier_changed"]


@pytest.mark.parametrize("program", [programs.PROGRAM, programs.PROGRAM + "tier_review: never\n"])
def test_without_reviews_a_tier_stays(program: str) -> None:
    there = trial(program, tier="gold")

    assert of_tiers(there.advance(START + 10 * YEAR)) == []
    assert there.store.due_items.earliest() is None


def test_the_lowest_tier_is_never_reviewed() -> None:
    there = trial()

    there.advance(START + YEAR)

    assert there.store.due_items.earliest() is None


def test_a_program_that_reviews_no_more_or_has_the_tier_no_more_leaves_everybody_where_they_are() -> None:
    never, other = programs.PROGRAM, PROGRAM.replace("tier: gold", "tier: platinum")

    for newer in (never, other):
        there = trial(tier="gold")
        there.program = read_program(programs.files(program=newer))
        happened = there.advance(START + 2 * YEAR)

        assert of_tiers(happened) == []
        assert tier(there) == "gold"
        assert there.store.due_items.earliest() is None


def test_deadlines_of_a_period_that_is_over_do_nothing() -> None:
    there = trial(tier="gold")
    later = START + 2 * YEAR
    there.store.members.set_period(ANN, base=there.store.members_by_id[ANN].member.tier_base, until=later, now=START)
    warned = there.advance(START + timedelta(days=700))
    there.store.due_items.set(ANN, "tier_review", there.now)

    reviewed = there.advance(START + timedelta(days=710))

    assert of_tiers(warned) == []
    assert of_tiers(reviewed) == []
    assert there.store.due_items.earliest() == later - timedelta(days=14)
