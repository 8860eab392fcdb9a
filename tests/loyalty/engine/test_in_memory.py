"""A program at work in memory, on a clock that moves when it is told to."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.engine.in_memory import InMemoryEngine
from loyalty.events.context import MAX_EVENTS, TOO_MANY
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

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


def trial(records_messages: bool = False, **files: str) -> InMemoryEngine:
    made = InMemoryEngine(read_program(programs.files(**files)), START, records_messages=records_messages)
    made.store.load(MemberState(Member(ANN, START, tier="bronze")))
    return made


def test_an_event_is_answered_with_all_that_it_causes() -> None:
    there = trial()

    happened = [
        each
        for _ in range(7)
        for each in (*there.report(ANN, "app_login", {}), *there.advance(there.now + timedelta(days=1)))
    ]

    assert [each.type for each in happened[-3:]] == ["app_login", "achievement_completed", "badge_granted"]
    assert happened[-1].parent == happened[-2].id
    assert there.store.members_by_id[ANN].balances["points"].active == 100


def test_what_falls_due_happens_at_its_own_time() -> None:
    there = trial()
    there.report(ANN, "purchase", {"total": 40})

    happened = there.advance(START + timedelta(days=400))

    assert [(each.type, (each.at - START).days) for each in happened] == [
        ("points_will_expire", 83),
        ("points_expired", 90),
    ]
    assert there.store.members_by_id[ANN].balances["points"].active == 0
    assert there.now == START + timedelta(days=400)


def test_messages_are_made_only_where_somebody_hears() -> None:
    heard, unheard = (trial(records_messages=hears).report(ANN, "purchase", {"total": 4}) for hears in (True, False))

    assert "AvailablePointsAmountChanged" in [sent.name for sent in heard[0].sent]
    assert unheard[0].sent == ()


def test_the_same_trial_comes_to_the_same() -> None:
    first, second = (trial().report(ANN, "purchase", {"total": 4}) for _ in range(2))

    assert first == second


def test_an_event_that_causes_too_many_others_ends_in_an_error() -> None:
    there = trial(achievements__hundred=HUNDRED_TIMES, achievements__again=AND_AGAIN)

    happened = there.report(ANN, "purchase", {"total": 100})

    assert len(happened) == MAX_EVENTS
    assert TOO_MANY in [each.error for each in happened]


def test_a_member_who_is_not_there_is_an_error() -> None:
    with pytest.raises(LookupError, match="is not in store DEFAULT"):
        trial().report("00000000-0000-4000-8000-00000000000b", "purchase", {"total": 1})
