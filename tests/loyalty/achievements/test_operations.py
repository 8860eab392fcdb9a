"""What achievements answer to an event: counted or not, and why not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.achievements.updates import update_achievements
from loyalty.decisions.decision import RuleOutcome
from loyalty.decisions.reasons import AlreadyCompleted, ConditionFalse, FailedPart, ProgressMade
from loyalty.engine.deciding import decide_event
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.events.context import EventContext
from loyalty.references import EventRef
from loyalty.store.events import NewEvent
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

SPENDER = """\
achievement: spender
on: purchase
when: {"==": [{var: event.body.channel}, web]}
measure: {sum: {var: event.body.total}}
goal: 100
repeat: 2
"""

SHOPS = """\
achievement: channels
on: purchase
measure: {distinct: {var: [event.body.channel, none]}}
goal: 2
"""


def trial(*, with_reasons: bool = True, **files: str) -> InMemoryEngine:
    program = read_program(programs.files(**{"reactors__points-for-purchase": ""}, **files))
    begun = InMemoryEngine(program, NOW, with_reasons=with_reasons)
    begun.register(MemberState(Member(id="ann", registered_at=NOW)))
    return begun


def answers(begun: InMemoryEngine, type_: str, body: dict[str, Any], *, time: datetime = NOW) -> dict[str, RuleOutcome]:
    """What achievements answer to an event."""
    first = begun.report("ann", type_, body, time=time)[0]
    return {a.source.removeprefix("achievement/"): a for a in first.decision.outcomes if a.source.startswith("ach")}


def test_an_event_that_counts_says_how_far_it_led() -> None:
    begun = trial(achievements__spender=SPENDER)

    first = answers(begun, "purchase", {"total": Decimal("12.5"), "channel": "web"})["spender"]
    second = answers(begun, "purchase", {"total": 190, "channel": "web"})["spender"]

    assert (first.verdict, first.because) == ("counted", "progress 0 to 12.5 of 100")
    assert first.reason == ProgressMade(Decimal(0), Decimal("12.5"), Decimal(100))
    assert first.place == "achievements/spender.yaml:1:1"
    assert (second.verdict, second.because) == ("counted", "progress 12.5 to 100 of 100, completed 2 times")
    assert not second.fired


def test_a_condition_that_is_false_points_at_the_part_that_made_it_so() -> None:
    begun = trial(achievements__spender=SPENDER)

    answer = answers(begun, "purchase", {"total": 12, "channel": "store"})["spender"]

    assert answer.verdict == "condition_false"
    assert answer.reason == ConditionFalse(
        (FailedPart("achievements/spender.yaml:3:7", {"event.body.channel": "store"}, '== "web"'),)
    )


def test_what_is_completed_as_often_as_it_can_be_counts_no_more() -> None:
    begun = trial(achievements__spender=SPENDER)
    answers(begun, "purchase", {"total": 200, "channel": "web"})

    answer = answers(begun, "purchase", {"total": 200, "channel": "web"})["spender"]

    assert (answer.verdict, answer.reason) == ("completed_already", AlreadyCompleted(2, 2))
    assert answer.because == "completed 2 of 2 times"


def test_a_day_counts_once() -> None:
    begun = trial()
    answers(begun, "app_login", {})

    answer = answers(begun, "app_login", {})["seven-days"]

    assert (answer.verdict, answer.because) == ("counted_already", "2026-05-01 was counted already")
    assert answer.reason == ProgressMade(Decimal(1), Decimal(1), Decimal(7))


def test_a_day_before_those_that_are_shown_counts_without_progress() -> None:
    begun = trial()
    answers(begun, "app_login", {})

    answer = answers(begun, "app_login", {}, time=NOW - timedelta(days=3))["seven-days"]

    assert (answer.verdict, answer.because) == ("counted", "it counts on 2026-04-28, and the progress stays")


def test_a_value_counts_once_a_day() -> None:
    begun = trial(achievements__channels=SHOPS)
    answers(begun, "purchase", {"total": 1, "channel": "web"})

    answer = answers(begun, "purchase", {"total": 1, "channel": "web"})["channels"]

    assert (answer.verdict, answer.because) == ("counted_already", '"web" was counted already on 2026-05-01')


@pytest.mark.parametrize(
    ("total", "because"),
    [(0, "what it adds is 0"), (10**9 + 1, "achievements/spender.yaml:4:16 gave more than 1000000000")],
)
def test_an_event_that_adds_nothing_says_why(total: int, because: str) -> None:
    begun = trial(achievements__spender=SPENDER)

    answer = answers(begun, "purchase", {"total": total, "channel": "web"})["spender"]

    assert (answer.verdict, answer.because) == ("counts_nothing", because)


def test_what_an_achievement_gives_for_being_completed_stays_beside_what_counts_the_completion() -> None:
    counting = "achievement: collector\non: achievement_completed\ngoal: 5\n"
    begun = trial(
        achievements__spender=SPENDER.replace("repeat: 2", "then: [{grant_badge: b}]"), achievements__collector=counting
    )

    happened = begun.report("ann", "purchase", {"total": 100, "channel": "web"})

    (completed,) = [each for each in happened if each.type == "achievement_completed"]
    assert [(a.source, a.verdict) for a in completed.decision.outcomes] == [
        ("achievement/spender", "fired"),
        ("achievement/collector", "counted"),
    ]


def test_an_event_without_the_value_that_is_counted_adds_nothing() -> None:
    shops = "achievement: channels\non: purchase\nmeasure: {distinct: {var: event.body.channel}}\ngoal: 2\n"
    begun = trial(achievements__channels=shops)

    answer = answers(begun, "purchase", {"total": 1})["channels"]

    assert (answer.verdict, answer.because) == ("counts_nothing", "achievements/channels.yaml:3:21 gave no value")


def test_a_step_that_runs_twice_answers_once() -> None:
    begun = trial(achievements__spender=SPENDER)
    event = NewEvent("e", "purchase", "ann", NOW, {"total": 12, "channel": "store"}, 0)
    begun.store.events.add(event, now=NOW)
    step = EventContext(begun.store, begun.program, EventRef("DEFAULT", "e", "purchase", "ann", 0), "all_steps", NOW)
    decide_event(step)

    update_achievements(step)
    update_achievements(step)

    assert [a.source for a in step.decision.outcomes] == ["achievement/spender"]
    assert step.has_new_outcomes


def test_where_nobody_asks_why_achievements_count_and_do_not_answer() -> None:
    begun = trial(with_reasons=False, achievements__spender=SPENDER)

    given = answers(begun, "purchase", {"total": 100, "channel": "web"})

    assert given == {}
    assert begun.store.members_by_id["ann"].completed == {"spender": 1}
