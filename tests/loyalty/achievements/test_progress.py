"""Progress: every measure in every window, in any order of events; and what is read of a member's marks for it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.achievements.daily_sums_needed import daily_sums_needed
from loyalty.achievements.progress import ProgressUpdate, count_event, current_progress, first_day_needed, in_window
from loyalty.calendar import window as calendar_window
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Measure, Sum, Window
from loyalty.program.logic import Place
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.members import Member as Known
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore

MAY = date(2024, 5, 1)
ANY_LOGIC = None  # the rule is evaluated by whoever calls `count_event`

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
        self.marks: dict[tuple[date, str], DailySum] = {}
        self.completed = 0
        self.shown: list[Decimal] = []

    def does(self, day: date, number: Decimal = Decimal(1), value: str = "") -> int:
        marks = sorted(self.marks.values(), key=lambda m: (m.day, m.value))
        moved = count_event(self.achievement, marks, day=day, number=number, value=value, completed=self.completed)
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

    assert [current_progress(STREAK, marks, may(day)) for day in (3, 4, 5)] == [3, 3, 0]


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


# -- few marks are read, and searched; the plain definition looks at all


def together(achievement: Achievement, marks: list[DailySum], day: date) -> list[DailySum]:
    """The marks that count with those of a day, by the plain definition: each is looked at."""
    match achievement.window:
        case "all":
            return marks
        case "streak":
            run, days = {day}, {m.day for m in marks}
            while more := {d for d in days - run if {d - timedelta(1), d + timedelta(1)} & run}:
                run |= more
            return [m for m in marks if m.day in run]
        case Last(days):
            return [m for m in marks if 0 <= (day - m.day).days < days]
        case period:
            return [m for m in marks if calendar_window(m.day, period) == calendar_window(day, period)]


def worth(achievement: Achievement, group: list[DailySum]) -> int:
    """In millionths."""
    if not isinstance(achievement.measure, Distinct):
        return sum(m.amount for m in group) - sum(m.used for m in group)
    return MILLION * len({m.value for m in group} - {m.value for m in group if m.used})


def plainly(achievement: Achievement, marks: list[DailySum], day: date, number: Decimal, value: str) -> ProgressUpdate:
    """Count one event of a member who may complete as often as they like, by the plain definition."""
    goal = int(achievement.goal * MILLION)

    def shown(marks: list[DailySum]) -> Decimal:
        return Decimal(worth(achievement, together(achievement, marks, max(m.day for m in marks)))) / MILLION

    before = shown(marks) if marks else Decimal(0)
    here = [m for m in marks if (m.day, m.value) == (day, value)]
    added = 0 if here and isinstance(achievement.measure, CountDays | Distinct) else int(number * MILLION)
    if not added:
        return ProgressUpdate((), before, before, 0)
    new = DailySum(day, value, added + sum(m.amount for m in here), sum(m.used for m in here))
    after = sorted([*(m for m in marks if m not in here), new], key=lambda m: (m.day, m.value))
    around, latest = day, max(m.day for m in after)
    if isinstance(achievement.window, Last):
        reach = [m.day for m in after if 0 <= (m.day - day).days < achievement.window.days]
        around = next((d for d in reach if worth(achievement, together(achievement, after, d)) >= goal), day)
    group = together(achievement, after, around)
    times = min(100, max(0, worth(achievement, group) // goal))
    used = list(plainly_used(achievement, group, times * goal))
    changed = tuple({(m.day, m.value): m for m in [new, *used]}.values())
    return ProgressUpdate(changed, before, achievement.goal if times and around == latest else shown(after), times)


def plainly_used(achievement: Achievement, group: list[DailySum], amount: int) -> Iterable[DailySum]:
    """The marks that are used up, the oldest first."""
    if isinstance(achievement.measure, Distinct):
        gone = {m.value for m in group if m.used}
        values = list(dict.fromkeys(m.value for m in group if m.value not in gone))[: amount // MILLION]
        yield from (replace(m, used=m.amount) for m in group if m.value in values)
        return
    for mark in group:
        share = max(0, min(amount, mark.amount - mark.used))
        amount -= share
        if share:
            yield replace(mark, used=mark.used + share)


MEASURES: list[Measure] = [CountEvents(), CountDays(), Sum(ANY_LOGIC), Distinct(ANY_LOGIC)]  # type: ignore[arg-type]
WINDOWS: list[Window] = ["all", "streak", "day", "week", "month", "year", Last(1), Last(5), Last(30)]
EVENTS = st.tuples(
    st.integers(1, 4) | st.integers(-30, 10),  # days after the latest: most come in order
    st.sampled_from([1, 1, 2, -1, -3, 0]),
    st.sampled_from(["a", "b", "Z"]),
)


def shelf() -> InMemoryStore:
    """InMemoryStore with one member, who has done nothing yet."""
    books = InMemoryStore("DEFAULT")
    books.load(MemberState(Known(id="ann", registered_at=datetime(2024, 5, 1, tzinfo=UTC))))
    return books


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@given(
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=2),
    goals=st.lists(st.integers(1, 5), min_size=1, max_size=2),
    at_first=st.integers(1, 4),
    events=st.lists(EVENTS, max_size=40),
)
def test_what_is_needed_of_the_marks_answers_as_all_of_them(
    window: Window,
    measures: list[Measure],
    goals: list[int],
    at_first: int,
    events: list[tuple[int, int, str]],
) -> None:
    book, all_marks, latest = shelf().achievements, dict[tuple[date, str], DailySum](), 0

    for n, (later, number, letter) in enumerate(events):
        # Half way, the program may be changed: other goal, other measure.
        is_late_half = 2 * n >= len(events)
        measure, goal = measures[-is_late_half], goals[-is_late_half]
        achievement = replace(STREAK, measure=measure, window=window, goal=Decimal(goal), repeat=None)
        day, value = may(latest + later), letter if isinstance(measure, Distinct) else ""
        latest += max(0, later)
        amount = Decimal(number) if isinstance(measure, Sum) else Decimal(1)
        since = first_day_needed(achievement, day)
        seen = sorted((m for m in all_marks.values() if m.day >= since), key=lambda m: (m.day, m.value))
        needed = daily_sums_needed(book, "ann", achievement, day, first_page=at_first)
        moved = count_event(achievement, needed, day=day, number=amount, value=value, completed=0)

        assert moved == plainly(achievement, seen, day, amount, value)
        book.save_daily_sums("ann", STREAK.name, moved.changed)
        all_marks |= {(m.day, m.value): m for m in moved.changed}
        kept = book.daily_sums("ann", STREAK.name, since=date.min)
        assert kept == sorted(all_marks.values(), key=lambda m: (m.day, m.value))
        assert list(in_window(achievement, kept, day)) == together(achievement, list(kept), day)


@pytest.mark.parametrize(
    ("window", "most"),
    [("all", 7), ("streak", 50), ("day", 1), ("week", 7), ("month", 31), ("year", 366), (Last(9), 9)],
)
def test_no_more_marks_are_read_than_an_event_needs(window: Window, most: int) -> None:
    book, read = shelf().achievements, []
    often = replace(STREAK, window=window, repeat=None)

    for n in range(1, 1000):
        if n % 40:  # no streak is longer
            marks = daily_sums_needed(book, "ann", often, may(n))
            read.append(len(marks))
            moved = count_event(often, marks, day=may(n), number=Decimal(1), value="", completed=0)
            book.save_daily_sums("ann", STREAK.name, moved.changed)

    assert max(read) <= most
