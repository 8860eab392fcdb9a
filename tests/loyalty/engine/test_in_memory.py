"""A program running in memory, with a clock that only the test moves."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.engine.in_memory import InMemoryEngine
from loyalty.events.context import MAX_EVENTS, TOO_MANY
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN = "00000000-0000-4000-8000-00000000000a"

HUNDRED_TIMES = (
    "achievement: hundred\non: purchase\nmeasure: {sum: {var: event.body.total}}\ngoal: 1\nrepeat: unlimited\n"
)
AND_AGAIN = """\
achievement: again
on: achievement_completed
when: {">": [{var: event.body.times}, 0]}
goal: 1
repeat: unlimited
"""


def new_engine(records_messages: bool = False, **files: str) -> InMemoryEngine:
    engine = InMemoryEngine(read_program(programs.files(**files)), START, records_messages=records_messages)
    engine.store.load(MemberState(Member(ANN, START, tier="bronze")))
    return engine


def test_an_event_is_processed_with_all_that_it_causes() -> None:
    engine = new_engine()

    processed = [
        each
        for _ in range(7)
        for each in (*engine.report(ANN, "app_login", {}), *engine.advance(engine.now + timedelta(days=1)))
    ]

    assert [each.type for each in processed[-3:]] == ["app_login", "achievement_completed", "badge_granted"]
    assert processed[-1].parent == processed[-2].id
    assert engine.store.members_by_id[ANN].balances["points"].active == points(100)


def test_due_items_are_run_at_their_own_time() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 40})

    processed = engine.advance(START + timedelta(days=400))

    assert [(each.type, (each.at - START).days) for each in processed] == [
        ("points_will_expire", 83),
        ("points_expired", 90),
    ]
    assert engine.store.members_by_id[ANN].balances["points"].active == 0
    assert engine.now == START + timedelta(days=400)


def test_messages_are_made_only_where_they_are_recorded() -> None:
    recorded, unrecorded = (
        new_engine(records_messages=records).report(ANN, "purchase", {"total": 4}) for records in (True, False)
    )

    assert "AvailablePointsAmountChanged" in [sent.name for sent in recorded[0].sent]
    assert unrecorded[0].sent == ()


def test_the_same_events_have_the_same_result() -> None:
    first, second = (new_engine().report(ANN, "purchase", {"total": 4}) for _ in range(2))

    assert first == second


def test_an_event_that_causes_too_many_others_ends_in_an_error() -> None:
    engine = new_engine(achievements__hundred=HUNDRED_TIMES, achievements__again=AND_AGAIN)

    processed = engine.report(ANN, "purchase", {"total": 100})

    assert len(processed) == MAX_EVENTS
    assert TOO_MANY in [each.error for each in processed]


def test_an_unknown_member_is_an_error() -> None:
    with pytest.raises(LookupError, match="is not in store DEFAULT"):
        new_engine().report("00000000-0000-4000-8000-00000000000b", "purchase", {"total": 1})
