"""The step that records progress: which achievements count an event, and why not."""

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


def new_engine(*, with_reasons: bool = True, **files: str) -> InMemoryEngine:
    program = read_program(programs.files(**{"reactors__points-for-purchase": ""}, **files))
    engine = InMemoryEngine(program, NOW, with_reasons=with_reasons)
    engine.register(MemberState(Member(id="ann", registered_at=NOW)))
    return engine


def outcomes(
    engine: InMemoryEngine, type_: str, body: dict[str, Any], *, time: datetime = NOW
) -> dict[str, RuleOutcome]:
    """Report an event, and return the outcome of each achievement by its name."""
    first = engine.report("ann", type_, body, time=time)[0]
    return {a.source.removeprefix("achievement/"): a for a in first.decision.outcomes if a.source.startswith("ach")}


def test_an_event_that_counts_shows_the_progress_before_and_after() -> None:
    engine = new_engine(achievements__spender=SPENDER)

    first = outcomes(engine, "purchase", {"total": Decimal("12.5"), "channel": "web"})["spender"]
    second = outcomes(engine, "purchase", {"total": 190, "channel": "web"})["spender"]

    assert (first.verdict, first.because) == ("counted", "progress 0 to 12.5 of 100")
    assert first.reason == ProgressMade(Decimal(0), Decimal("12.5"), Decimal(100))
    assert first.place == "achievements/spender.yaml:1:1"
    assert (second.verdict, second.because) == ("counted", "progress 12.5 to 100 of 100, completed 2 times")
    assert not second.fired


def test_a_false_condition_names_the_part_that_was_false() -> None:
    engine = new_engine(achievements__spender=SPENDER)

    outcome = outcomes(engine, "purchase", {"total": 12, "channel": "store"})["spender"]

    assert outcome.verdict == "condition_false"
    assert outcome.reason == ConditionFalse(
        (FailedPart("achievements/spender.yaml:3:7", {"event.body.channel": "store"}, '== "web"'),)
    )


def test_an_achievement_at_its_last_repetition_counts_no_more() -> None:
    engine = new_engine(achievements__spender=SPENDER)
    outcomes(engine, "purchase", {"total": 200, "channel": "web"})

    outcome = outcomes(engine, "purchase", {"total": 200, "channel": "web"})["spender"]

    assert (outcome.verdict, outcome.reason) == ("completed_already", AlreadyCompleted(2, 2))
    assert outcome.because == "completed 2 of 2 times"


def test_a_day_counts_once() -> None:
    engine = new_engine()
    outcomes(engine, "app_login", {})

    outcome = outcomes(engine, "app_login", {})["seven-days"]

    assert (outcome.verdict, outcome.because) == ("counted_already", "2026-05-01 was counted already")
    assert outcome.reason == ProgressMade(Decimal(1), Decimal(1), Decimal(7))


def test_a_day_before_the_current_streak_counts_without_progress() -> None:
    engine = new_engine()
    outcomes(engine, "app_login", {})

    outcome = outcomes(engine, "app_login", {}, time=NOW - timedelta(days=3))["seven-days"]

    assert (outcome.verdict, outcome.because) == ("counted", "it counts on 2026-04-28, and the progress stays")


def test_a_value_counts_once_a_day() -> None:
    engine = new_engine(achievements__channels=SHOPS)
    outcomes(engine, "purchase", {"total": 1, "channel": "web"})

    outcome = outcomes(engine, "purchase", {"total": 1, "channel": "web"})["channels"]

    assert (outcome.verdict, outcome.because) == ("counted_already", '"web" was counted already on 2026-05-01')


@pytest.mark.parametrize(
    ("total", "because"),
    [(0, "what it adds is 0"), (10**9 + 1, "achievements/spender.yaml:4:16 gave more than 1000000000")],
)
def test_an_event_that_adds_nothing_has_the_reason(total: int, because: str) -> None:
    engine = new_engine(achievements__spender=SPENDER)

    outcome = outcomes(engine, "purchase", {"total": total, "channel": "web"})["spender"]

    assert (outcome.verdict, outcome.because) == ("counts_nothing", because)


def test_a_completion_has_the_outcome_of_its_achievement_and_of_those_that_count_completions() -> None:
    counting = "achievement: collector\non: achievement_completed\ngoal: 5\n"
    engine = new_engine(
        achievements__spender=SPENDER.replace("repeat: 2", "then: [{grant_badge: b}]"), achievements__collector=counting
    )

    processed = engine.report("ann", "purchase", {"total": 100, "channel": "web"})

    (completed,) = [each for each in processed if each.type == "achievement_completed"]
    assert [(a.source, a.verdict) for a in completed.decision.outcomes] == [
        ("achievement/spender", "fired"),
        ("achievement/collector", "counted"),
    ]


def test_an_event_without_the_counted_value_adds_nothing() -> None:
    shops = "achievement: channels\non: purchase\nmeasure: {distinct: {var: event.body.channel}}\ngoal: 2\n"
    engine = new_engine(achievements__channels=shops)

    outcome = outcomes(engine, "purchase", {"total": 1})["channels"]

    assert (outcome.verdict, outcome.because) == ("counts_nothing", "achievements/channels.yaml:3:21 gave no value")


def test_a_step_that_runs_twice_adds_its_outcomes_once() -> None:
    engine = new_engine(achievements__spender=SPENDER)
    event = NewEvent("e", "purchase", "ann", NOW, {"total": 12, "channel": "store"}, 0)
    engine.store.events.add(event, now=NOW)
    context = EventContext(
        engine.store, engine.program, EventRef("DEFAULT", "e", "purchase", "ann", 0), "all_steps", NOW
    )
    decide_event(context)

    update_achievements(context)
    update_achievements(context)

    assert [a.source for a in context.decision.outcomes] == ["achievement/spender"]
    assert context.has_new_outcomes


def test_without_reasons_achievements_count_and_have_no_outcome() -> None:
    engine = new_engine(with_reasons=False, achievements__spender=SPENDER)

    found = outcomes(engine, "purchase", {"total": 100, "channel": "web"})

    assert found == {}
    assert engine.store.members_by_id["ann"].completed == {"spender": 1}
