"""Progress and badges by hand: up and down, for every measure and window."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.achievements.operations import SetProgress, set_badges, set_progress
from loyalty.achievements.progress import current_progress
from loyalty.achievements.refusals import (
    BadgesOutOfRange,
    CompletionsOutOfRange,
    ProgressOutOfRange,
    UnknownAchievement,
    UnknownBadge,
)
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.operations import OperationContext
from loyalty.refusals import Refusal
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

START = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)  # a Wednesday
ANN = "00000000-0000-4000-8000-00000000000a"
DAY = timedelta(days=1)


def new_engine(measure: str = "events", window: str = "all", *, goal: int = 7, repeat: str = "once") -> InMemoryEngine:
    """An engine with one achievement on purchases, which gives 100 points and a badge."""
    text = (
        f"achievement: shopper\non: purchase\nmeasure: {measure}\nwindow: {window}\ngoal: {goal}\nrepeat: {repeat}\n"
        "then: [{award_points: {points: 100}}, {grant_badge: fan}]\n"
    )
    files = programs.files(achievements__shopper=text)
    files = {name: each for name, each in files.items() if "points-for" not in name}
    engine = InMemoryEngine(read_program(files), START, records_messages=True)
    engine.register(MemberState(Member(ANN, START)))
    return engine


def operate(engine: InMemoryEngine, operation: Any, *arguments: Any) -> Sequence[ProcessedEvent]:
    """Run an operation, and process the events that report it with all they cause."""
    context = OperationContext(engine.store, engine.program, 0, engine.now, "admin")
    operation(context, *arguments)
    return list(engine.process(context.to_start))


def to(engine: InMemoryEngine, progress: Any = None, completed: int | None = None) -> Sequence[ProcessedEvent]:
    value = None if progress is None else Decimal(progress)
    return operate(engine, set_progress, SetProgress(ANN, "shopper", value, completed))


def progress(engine: InMemoryEngine) -> Decimal:
    sums = engine.store.members_by_id[ANN].daily_sums.get("shopper", [])
    return current_progress(engine.program.achievement_named["shopper"], sums, engine.today)


MEASURES = ["events", "days", "{sum: {var: event.body.total}}", "{distinct: {var: event.body.channel}}"]
WINDOWS = ["all", "streak", "week", "month", "year", "{last: 30d}"]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("measure", MEASURES)
def test_progress_is_what_is_set_upwards_and_downwards_and_events_go_on_from_it(measure: str, window: str) -> None:
    engine = new_engine(measure, window)
    engine.report(ANN, "purchase", {"total": 2, "channel": "web"}, time=START - DAY)

    found = []
    for value in (3, 1, 0, 2):
        to(engine, value)
        found.append(progress(engine))
    engine.advance(START + DAY)
    engine.report(ANN, "purchase", {"total": 1, "channel": "store"})

    assert found == [3, 1, 0, 2]
    assert progress(engine) == 3


@pytest.mark.parametrize(
    ("window", "counts_today", "after"), [("all", True, 3), ("streak", False, 3), ("streak", True, 2)]
)
def test_an_event_of_today_adds_a_day_to_those_set_by_hand_unless_today_is_one(
    window: str, counts_today: bool, after: int
) -> None:
    engine = new_engine("days", window)
    request = SetProgress(ANN, "shopper", Decimal(2), counts_today=counts_today)
    operate(engine, set_progress, request)

    before, _ = progress(engine), engine.report(ANN, "purchase", {"total": 1})

    assert (before, progress(engine)) == (2, after)


def test_the_message_says_that_it_was_by_hand_and_what_it_was_before() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 1})

    (event,) = to(engine, 5)

    (sent,) = event.sent
    assert sent.name == "MemberAchievementProgressWasChanged"
    achievement = sent.body["data"]["achievement"]
    assert achievement["manuallyEdited"] is True
    assert achievement["memberProgress"]["rules"][0]["currentPeriodValue"] == 5
    assert achievement["previousMemberProgress"]["rules"][0]["currentPeriodValue"] == 1


def test_a_completion_by_hand_gives_what_it_gives_and_its_taking_back_leaves_that() -> None:
    engine = new_engine()

    given = to(engine, completed=1)
    taken = to(engine, completed=0)

    state = engine.store.members_by_id[ANN]
    types = ["achievement_progress_set", "achievement_completed", "badge_granted"]
    assert [each.type for each in given if each.type in types] == types
    assert [each.type for each in taken] == ["achievement_progress_set"]
    assert (state.completed["shopper"], state.badges, state.balances["points"].active) == (0, {"fan": 1}, 100_000_000)


def test_progress_that_was_taken_back_can_be_completed_by_events_again() -> None:
    engine = new_engine(goal=2)
    for _ in range(2):
        engine.report(ANN, "purchase", {"total": 1})
    to(engine, completed=0)

    for _ in range(2):
        engine.report(ANN, "purchase", {"total": 1})

    assert engine.store.members_by_id[ANN].completed["shopper"] == 1
    assert engine.store.members_by_id[ANN].badges == {"fan": 2}


def test_a_sum_takes_parts_of_whole_numbers() -> None:
    engine = new_engine(MEASURES[2], goal=100)

    to(engine, "12.5")

    assert progress(engine) == Decimal("12.5")


@pytest.mark.parametrize(
    ("measure", "window", "value", "completed", "refusal"),
    [
        ("events", "all", "-1", None, ProgressOutOfRange),
        ("events", "all", "7", None, ProgressOutOfRange),
        ("events", "all", "1.5", None, ProgressOutOfRange),
        (MEASURES[2], "all", "0.0000001", None, ProgressOutOfRange),
        ("days", "week", "4", None, ProgressOutOfRange),  # Monday to Wednesday are three
        ("events", "all", "3", 1, ProgressOutOfRange),  # completed once and for all
        ("events", "all", None, -1, CompletionsOutOfRange),
        ("events", "all", None, 2, CompletionsOutOfRange),
    ],
)
def test_progress_that_cannot_be_is_refused(
    measure: str, window: str, value: str | None, completed: int | None, refusal: type[Refusal]
) -> None:
    engine = new_engine(measure, window)

    with pytest.raises(refusal):
        to(engine, value, completed)


def test_progress_of_an_unknown_achievement_is_refused() -> None:
    engine = new_engine()

    with pytest.raises(UnknownAchievement):
        operate(engine, set_progress, SetProgress(ANN, "nothing", Decimal(1)))


def test_one_change_does_not_add_more_completions_than_events_are_processed_at_once() -> None:
    engine = new_engine(repeat="unlimited")

    with pytest.raises(CompletionsOutOfRange):
        to(engine, completed=101)


def test_badges_are_counted_and_taken_away() -> None:
    engine = new_engine()

    for times in (3, 1, 0):
        (event,) = operate(engine, set_badges, ANN, "fan", times)

    assert event.body == {"badge": "fan", "times": 0, "previous_times": 1}
    assert engine.store.members_by_id[ANN].badges == {}
    assert operate(engine, set_badges, ANN, "fan", 0) == []


@pytest.mark.parametrize(
    ("badge", "times", "refusal"),
    [("nothing", 1, UnknownBadge), ("fan", -1, BadgesOutOfRange), ("fan", 10**9, BadgesOutOfRange)],
)
def test_badges_that_cannot_be_are_refused(badge: str, times: int, refusal: type[Refusal]) -> None:
    engine = new_engine()

    with pytest.raises(refusal):
        operate(engine, set_badges, ANN, badge, times)
