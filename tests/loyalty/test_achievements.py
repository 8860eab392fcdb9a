"""Progress: every measure in every window, in any order of events."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.achievements import Mark, current, move
from loyalty.program import Achievement, CountDays, CountEvents, Distinct, Last, Place, Sum

MAY = date(2024, 5, 1)
ANY_LOGIC = None  # the rule is evaluated by whoever calls `move`

STREAK = Achievement(
    name="streak",
    title="",
    description="",
    on="app_login",
    when=None,
    measure=CountDays(),
    window="streak",
    goal=Decimal(7),
    repeat=1,
    then=(),
    place=Place("a.yaml", 1, 1),
)


def may(day: int) -> date:
    return MAY + timedelta(days=day - 1)


class Member:
    """A member who keeps marks as the database would."""

    def __init__(self, achievement: Achievement) -> None:
        self.achievement = achievement
        self.marks: dict[tuple[date, str], Mark] = {}
        self.completed = 0
        self.shown: list[Decimal] = []

    def does(self, day: date, number: Decimal = Decimal(1), value: str = "") -> int:
        marks = sorted(self.marks.values(), key=lambda m: (m.day, m.value))
        moved = move(self.achievement, marks, day=day, number=number, value=value, completed=self.completed)
        self.marks |= {(m.day, m.value): m for m in moved.changed}
        self.completed += moved.times
        self.shown.append(moved.after)
        return moved.times


def completions(achievement: Achievement, days: Iterable[int]) -> int:
    member = Member(achievement)
    return sum(member.does(may(day)) for day in days)


def test_a_login_a_day_moves_a_streak_by_one_to_seven_of_seven() -> None:
    member = Member(STREAK)

    for day in range(1, 8):
        member.does(may(day))

    assert member.shown == [1, 2, 3, 4, 5, 6, 7]
    assert member.completed == 1


def test_the_same_day_twice_counts_once() -> None:
    member = Member(STREAK)

    for day in (1, 1, 2, 2, 2):
        member.does(may(day))

    assert member.shown == [1, 1, 2, 2, 2]


def test_a_missed_day_starts_a_streak_again() -> None:
    member = Member(STREAK)

    for day in (1, 2, 3, 5, 6):
        member.does(may(day))

    assert member.shown == [1, 2, 3, 1, 2]


def test_a_late_day_closes_the_gap_and_completes() -> None:
    member = Member(STREAK)

    for day in (1, 2, 3, 5, 6, 7, 4):
        member.does(may(day))

    assert member.shown[-2:] == [3, 7]
    assert member.completed == 1


@given(st.permutations(range(1, 8)))
def test_a_streak_completes_in_whatever_order_its_days_arrive(days: list[int]) -> None:
    assert completions(STREAK, days) == 1


def test_fourteen_days_complete_a_repeated_streak_twice_and_once_only_once() -> None:
    days = range(1, 15)

    assert completions(replace(STREAK, repeat=None), days) == 2
    assert completions(replace(STREAK, repeat=1), days) == 1


def test_a_streak_shows_nothing_once_a_day_was_missed() -> None:
    member = Member(STREAK)
    for day in (1, 2, 3):
        member.does(may(day))
    marks = list(member.marks.values())

    assert [current(STREAK, marks, may(day)) for day in (3, 4, 5)] == [3, 3, 0]


@pytest.mark.parametrize(
    ("window", "days", "times"),
    [
        ("all", (1, 40, 400), 1),
        ("day", (1, 2, 3), 0),
        ("day", (1, 1, 1), 1),
        ("week", (6, 8, 12), 1),
        ("week", (11, 12, 13), 0),
        ("month", (1, 15, 31), 1),
        ("month", (30, 31, 32), 0),
        ("year", (1, 100, 240), 1),
        ("year", (240, 250, 260), 0),
        ("streak", (1, 2, 3), 1),
        ("streak", (1, 2, 4), 0),
        (Last(10), (1, 5, 10), 1),
        (Last(10), (1, 5, 11), 0),
    ],
)
def test_events_count_together_within_their_window_in_any_order(
    window: object, days: tuple[int, ...], times: int
) -> None:
    three = replace(STREAK, measure=CountEvents(), window=window, goal=Decimal(3), repeat=None)  # type: ignore[arg-type]

    assert {completions(three, order) for order in permutations(days)} == {times}


def test_a_late_event_completes_the_window_that_it_belongs_to() -> None:
    ten = replace(STREAK, measure=CountEvents(), window="month", goal=Decimal(2), repeat=None)
    member = Member(ten)

    times = [member.does(may(day)) for day in (1, 40, 2)]

    assert times == [0, 0, 1]
    assert member.shown == [1, 1, 1]  # of the month that is running, which the late event does not touch


def test_sums_are_exact_and_what_is_over_counts_towards_the_next() -> None:
    hundred = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(1), repeat=None)  # type: ignore[arg-type]
    member = Member(hundred)

    times = [member.does(MAY, Decimal("0.1")) for _ in range(25)]

    assert sum(times) == 2
    assert member.shown[-1] == Decimal("0.5")


def test_what_was_taken_back_and_earned_again_does_not_pay_twice() -> None:
    hundred = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(100), repeat=None)  # type: ignore[arg-type]
    member = Member(hundred)

    times = [member.does(MAY, Decimal(number)) for number in (100, -50, 50)]

    assert times == [1, 0, 0]


def test_one_large_sum_completes_as_often_as_it_reaches() -> None:
    hundred = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(100), repeat=None)  # type: ignore[arg-type]

    assert Member(hundred).does(MAY, Decimal(350)) == 3
    assert Member(replace(hundred, repeat=2)).does(MAY, Decimal(350)) == 2


def test_a_sum_beyond_reason_completes_a_hundred_times_and_keeps_the_rest() -> None:
    ones = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(1), repeat=None)  # type: ignore[arg-type]
    member = Member(ones)

    times = [member.does(MAY, Decimal(number)) for number in (10**9, 1)]

    assert times == [100, 100]


def test_distinct_values_count_once_each_and_not_again_after_completing() -> None:
    shops = replace(STREAK, measure=Distinct(ANY_LOGIC), window="all", goal=Decimal(2), repeat=None)  # type: ignore[arg-type]
    member = Member(shops)

    times = [member.does(may(day), value=shop) for day, shop in enumerate("aabbaacd", start=1)]

    assert times == [0, 0, 1, 0, 0, 0, 0, 1]


def test_nothing_counts_beyond_the_last_repetition() -> None:
    member = Member(replace(STREAK, goal=Decimal(1)))
    member.does(may(1))

    assert member.does(may(2)) == 0
    assert len(member.marks) == 1


def test_lowering_a_goal_completes_at_the_next_event_and_keeps_what_was_used() -> None:
    member = Member(replace(STREAK, measure=CountEvents(), window="all", goal=Decimal(10), repeat=None))
    for _ in range(14):
        member.does(MAY)

    member.achievement = replace(member.achievement, goal=Decimal(5))

    assert member.completed == 1
    assert member.does(MAY) == 1
