"""Periods of the lowest tier end, and begin anew: what was earned in one does not count in the next."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.engine.in_memory import InMemoryEngine
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN = "00000000-0000-4000-8000-00000000000a"
YEAR = timedelta(days=365)
WARNED = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}")
PROGRAM = WARNED + "tier_review: {after: 365d}\n"
PAY = "reactor: pay\non: app_login\nthen: [{deduct_points: {points: 300}}]\n"


def new_engine(program: str = PROGRAM, *, tier: str | None = "bronze", **files: str) -> InMemoryEngine:
    engine = InMemoryEngine(read_program(programs.files(program=program, **files)), START, records_messages=True)
    engine.register(MemberState(Member(ANN, START, tier=tier)))
    return engine


def tier(engine: InMemoryEngine) -> str | None:
    return engine.store.members_by_id[ANN].member.tier


@pytest.mark.parametrize(
    ("review", "in_one_period"),
    [
        ("{after: 365d}", timedelta(days=364)),
        ("{end_of: year}", timedelta(days=244)),
        ("{end_of: month}", timedelta(days=30)),
        ('{on: "06-30"}', timedelta(days=60)),
        ("{anniversary: registration}", timedelta(days=364)),
        ("{anniversary: tier}", timedelta(days=364)),
    ],
)
def test_points_of_two_periods_are_not_added_up(review: str, in_one_period: timedelta) -> None:
    later = START + in_one_period
    for after, expected in ((timedelta(), "silver"), (timedelta(days=1, hours=1), "bronze")):
        engine = new_engine(f"{WARNED}tier_review: {review}\n")
        engine.report(ANN, "purchase", {"total": 300})
        engine.advance(later - timedelta(hours=1) + after)

        engine.report(ANN, "purchase", {"total": 200})

        assert tier(engine) == expected


def test_a_tier_is_reached_by_the_points_of_one_later_period() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 499})
    engine.advance(START + 3 * YEAR)

    engine.report(ANN, "purchase", {"total": 499})
    little, _ = tier(engine), engine.report(ANN, "purchase", {"total": 1})

    assert (little, tier(engine)) == ("bronze", "silver")


def test_spent_points_of_two_periods_are_not_added_up() -> None:
    by_spending = PROGRAM.replace("{after: 90d}", "never") + "tier_by: spent_points\n"
    engine = new_engine(by_spending, reactors__pay=PAY)
    engine.report(ANN, "purchase", {"total": 2000})

    engine.report(ANN, "app_login", {})
    engine.advance(START + YEAR)
    engine.report(ANN, "app_login", {})
    second, _ = tier(engine), engine.report(ANN, "app_login", {})

    assert (second, tier(engine)) == ("bronze", "silver")


def test_nothing_is_reported_of_who_stays_in_the_lowest_tier() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 100})

    processed = engine.advance(START + 3 * YEAR)

    assert [each.type for each in processed if each.type.startswith("tier")] == []
    assert [sent.name for each in processed for sent in each.sent if "Level" in sent.name] == []
    assert engine.store.members_by_id[ANN].member.tier_until == START + 4 * YEAR
    assert engine.store.due_items.earliest() == START + 4 * YEAR


def test_who_falls_to_the_lowest_tier_begins_a_period_there() -> None:
    engine = new_engine(tier="silver")
    engine.report(ANN, "purchase", {"total": 300})

    engine.advance(START + YEAR)
    fallen, _ = tier(engine), engine.report(ANN, "purchase", {"total": 300})
    first, _ = tier(engine), engine.advance(START + 2 * YEAR)
    engine.report(ANN, "purchase", {"total": 300})

    assert (fallen, first, tier(engine)) == ("bronze", "bronze", "bronze")


def test_who_is_in_no_tier_has_periods_too() -> None:
    engine = new_engine(PROGRAM.replace("from: 0}", "from: 100}"), tier=None)
    engine.report(ANN, "purchase", {"total": 60})
    processed = engine.advance(START + YEAR)

    engine.report(ANN, "purchase", {"total": 60})
    second, _ = tier(engine), engine.report(ANN, "purchase", {"total": 40})

    assert [each.type for each in processed if each.type.startswith("tier")] == []
    assert (second, tier(engine)) == (None, "bronze")


def test_a_review_that_is_late_leaves_what_was_earned_since_to_the_next_period() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 300})
    engine.now = START + YEAR + timedelta(minutes=1)  # nothing that is due has been run

    engine.report(ANN, "purchase", {"total": 300})
    late, _ = tier(engine), engine.advance(engine.now + timedelta(minutes=1))
    reviewed, _ = tier(engine), engine.report(ANN, "purchase", {"total": 200})

    assert (late, reviewed, tier(engine)) == ("bronze", "bronze", "silver")


def test_a_review_that_is_late_is_followed_by_the_tier_that_was_reached_since() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 300})
    engine.now = START + YEAR + timedelta(minutes=1)

    engine.report(ANN, "purchase", {"total": 600})
    late, processed = tier(engine), engine.advance(engine.now + timedelta(minutes=1))

    assert (late, tier(engine)) == ("bronze", "silver")
    assert [each.body for each in processed if each.type == "tier_changed"] == [
        {"from": "bronze", "to": "silver", "up": True}
    ]
