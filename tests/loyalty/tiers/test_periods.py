"""Points dated by their event count for the tier period in which it happened, and late ones judge its review again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.operations import OperationContext
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""The end of the year in Warsaw."""
ANN = "00000000-0000-4000-8000-00000000000a"
PROGRAM = programs.PROGRAM.replace("default: true,", "default: true, dated: event,") + "tier_review: {end_of: year}\n"


def new_engine(program: str = PROGRAM, **files: str) -> InMemoryEngine:
    engine = InMemoryEngine(read_program(programs.files(program=program, **files)), START, records_messages=True)
    engine.register(MemberState(Member(ANN, START, tier="bronze")))
    return engine


def state(engine: InMemoryEngine) -> MemberState:
    return engine.store.members_by_id[ANN]


def tier(engine: InMemoryEngine) -> str | None:
    return state(engine).member.tier


def standing(engine: InMemoryEngine) -> int:
    member = state(engine)
    return member.balances["points"].qualifying - member.member.tier_base


def report(engine: InMemoryEngine, total: int, *, before: timedelta = timedelta()) -> list[ProcessedEvent]:
    """Report a purchase that happened `before` now."""
    return engine.report(ANN, "purchase", {"total": total}, time=engine.now - before)


def tier_changes(processed: list[ProcessedEvent]) -> list[tuple[Any, Any, Any]]:
    found = [each.body for each in processed if each.type == "tier_changed"]
    return [(each["from"], each["to"], each["up"]) for each in found]


def silver_until_new_year(engine: InMemoryEngine) -> None:
    """Let a member keep silver at the first review, and earn 400 points for the second."""
    report(engine, 500)
    engine.advance(NEW_YEAR + timedelta(days=100))
    report(engine, 400)
    assert tier(engine) == "silver"
    engine.advance(NEW_YEAR + timedelta(days=365 + 2))
    assert tier(engine) == "bronze"


def test_a_late_event_gives_the_tier_back_that_its_review_would_have_kept() -> None:
    engine = new_engine()
    silver_until_new_year(engine)

    late = report(engine, 100, before=timedelta(days=4))

    assert tier_changes(late) == [("bronze", "silver", True)]
    assert late[0].log[-1] == "tier silver, by the review of 2028-01-01 judged again"
    assert [each.name for event in late for each in event.sent].count("CustomerLevelChanged") == 1
    assert state(engine).member.tier_until == NEW_YEAR.replace(year=2028)
    assert standing(engine) == 0


def test_a_late_event_that_would_not_have_kept_the_tier_counts_for_neither_review_nor_period() -> None:
    engine = new_engine()
    silver_until_new_year(engine)

    late = report(engine, 99, before=timedelta(days=4))
    now = report(engine, 499)

    assert tier_changes(late) == tier_changes(now) == []
    assert standing(engine) == points(499)
    assert tier_changes(report(engine, 1)) == [("bronze", "silver", True)]


def test_late_events_add_up_at_the_review() -> None:
    engine = new_engine()
    silver_until_new_year(engine)

    changes = [tier_changes(report(engine, 50, before=timedelta(days=4))) for _ in range(2)]

    assert changes == [[], [("bronze", "silver", True)]]


def test_a_late_event_can_have_reached_a_higher_tier_than_the_review_found() -> None:
    engine = new_engine()
    silver_until_new_year(engine)

    assert tier_changes(report(engine, 1600, before=timedelta(days=4))) == [("bronze", "gold", True)]


def test_an_event_of_the_new_period_and_one_that_is_reported_at_once_change_no_review() -> None:
    engine = new_engine()
    silver_until_new_year(engine)

    assert tier_changes(report(engine, 100, before=timedelta(days=1))) == []
    assert tier_changes(report(engine, 100)) == []
    assert standing(engine) == points(200)


def test_an_event_from_before_the_period_that_was_reviewed_changes_nothing_but_that_period() -> None:
    engine = new_engine()
    silver_until_new_year(engine)

    old = report(engine, 5000, before=timedelta(days=400))
    late = report(engine, 100, before=timedelta(days=4))

    assert tier_changes(old) == []
    assert tier_changes(late) == [("bronze", "silver", True)]


def test_a_tier_that_would_have_been_reviewed_again_since_is_not_given_back() -> None:
    engine = new_engine(PROGRAM.replace("{end_of: year}", "{after: 30d}"))
    report(engine, 500)
    engine.advance(START + timedelta(days=100))
    assert tier(engine) == "bronze"

    late = report(engine, 600, before=timedelta(days=60))

    assert tier_changes(late) == []
    assert standing(engine) == 0


def test_nobody_falls_by_a_late_event() -> None:
    engine = new_engine()
    silver_until_new_year(engine)
    report(engine, 2000)

    late = report(engine, 100, before=timedelta(days=4))

    assert tier_changes(late) == []
    assert tier(engine) == "gold"


def test_points_dated_by_their_award_count_when_they_are_booked() -> None:
    engine = new_engine(PROGRAM.replace("dated: event", "dated: award"))
    silver_until_new_year(engine)

    assert tier_changes(report(engine, 499, before=timedelta(days=4))) == []
    assert standing(engine) == points(499)


def test_tiers_by_active_points_have_no_periods() -> None:
    engine = new_engine(PROGRAM + "tier_by: active_points\n")
    report(engine, 400)
    engine.advance(START + timedelta(days=2))

    assert tier_changes(report(engine, 100, before=timedelta(days=1))) == [("bronze", "silver", True)]


@pytest.mark.parametrize(("days_before", "expected"), [(20, "silver"), (5, "bronze")])
def test_late_points_that_were_pending_count_from_when_they_would_have_become_active(
    days_before: int, expected: str
) -> None:
    pending = (
        "reactor: {0}\non: purchase\nthen: [{{award_points: {{points: {{var: event.body.total}}, pending: 7d}}}}]\n"
    )
    engine = new_engine(**{"reactors__points-for-purchase": pending.format("points-for-purchase")})
    silver_until_new_year(engine)

    report(engine, 100, before=timedelta(days=days_before))
    engine.advance(engine.now + timedelta(days=10))

    assert tier(engine) == expected
    assert standing(engine) == points(0 if expected == "silver" else 100)


def test_points_of_a_period_that_has_ended_are_cancelled_in_that_period() -> None:
    engine = new_engine()
    silver_until_new_year(engine)
    (late, *_) = report(engine, 100, before=timedelta(days=4))
    (now, *_) = report(engine, 300)

    for each in (late, now):
        operation = OperationContext(engine.store, engine.program, 0, engine.now, "admin")
        cancel_transfer(operation, CancelTransfer(each.transfers[0].id))
        assert standing(engine) == points(300 if each is late else 0)
    assert tier(engine) == "silver"
