"""Progress: every measure in every window, in any order of events; and which daily sums are read for it."""

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
from loyalty.store.members import Member as StoredMember
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore

MAY = date(2024, 5, 1)
ANY_LOGIC = None  # the caller of `count_event` evaluates the rule

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


class MemberProgress:
    """The progress of one member in one achievement, with daily sums stored as the database does."""

    def __init__(self, achievement: Achievement) -> None:
        self.achievement = achievement
        self.sums: dict[tuple[date, str], DailySum] = {}
        self.completed = 0
        self.shown: list[Decimal] = []

    def count(self, day: date, number: Decimal = Decimal(1), value: str = "") -> int:
        sums = sorted(self.sums.values(), key=lambda m: (m.day, m.value))
        update = count_event(self.achievement, sums, day=day, number=number, value=value, completed=self.completed)
        self.sums |= {(m.day, m.value): m for m in update.changed}
        self.completed += update.times
        self.shown.append(update.after)
        return update.times


def test_the_progress_before_an_event_is_that_of_its_own_day() -> None:
    sums = [DailySum(may(day), "", MILLION) for day in range(1, 6)]

    update = count_event(STREAK, sums, day=may(20), number=Decimal(1), value="", completed=0, today=may(20))

    assert (update.before, update.after) == (0, 1)


def completions(achievement: Achievement, days: Iterable[int]) -> int:
    member = MemberProgress(achievement)
    return sum(member.count(may(day)) for day in days)


def test_a_login_a_day_extends_a_streak_by_one_to_seven_of_seven() -> None:
    member = MemberProgress(STREAK)

    for day in range(1, 8):
        member.count(may(day))

    assert member.shown == [1, 2, 3, 4, 5, 6, 7]
    assert member.completed == 1


def test_the_same_day_twice_counts_once() -> None:
    member = MemberProgress(STREAK)

    for day in (1, 1, 2, 2, 2):
        member.count(may(day))

    assert member.shown == [1, 1, 2, 2, 2]


def test_a_missed_day_starts_a_streak_again() -> None:
    member = MemberProgress(STREAK)

    for day in (1, 2, 3, 5, 6):
        member.count(may(day))

    assert member.shown == [1, 2, 3, 1, 2]


def test_a_late_day_closes_the_gap_and_completes() -> None:
    member = MemberProgress(STREAK)

    for day in (1, 2, 3, 5, 6, 7, 4):
        member.count(may(day))

    assert member.shown[-2:] == [3, 7]
    assert member.completed == 1


@given(st.permutations(range(1, 8)))
def test_a_streak_completes_in_any_order_of_its_days(days: list[int]) -> None:
    assert completions(STREAK, days) == 1


def test_fourteen_days_complete_a_repeated_streak_twice_and_once_only_once() -> None:
    days = range(1, 15)

    assert completions(replace(STREAK, repeat=None), days) == 2
    assert completions(replace(STREAK, repeat=1), days) == 1


def test_a_streak_shows_nothing_once_a_day_was_missed() -> None:
    member = MemberProgress(STREAK)
    for day in (1, 2, 3):
        member.count(may(day))
    sums = list(member.sums.values())

    assert [current_progress(STREAK, sums, may(day)) for day in (3, 4, 5)] == [3, 3, 0]


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
    member = MemberProgress(ten)

    times = [member.count(may(day)) for day in (1, 40, 2)]

    assert times == [0, 0, 1]
    assert member.shown == [1, 1, 1]  # of the month that is running, which the late event does not change


def test_sums_are_exact_and_the_rest_counts_towards_the_next_completion() -> None:
    hundred = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(1), repeat=None)  # type: ignore[arg-type]
    member = MemberProgress(hundred)

    times = [member.count(MAY, Decimal("0.1")) for _ in range(25)]

    assert sum(times) == 2
    assert member.shown[-1] == Decimal("0.5")


def test_an_amount_that_was_refunded_and_earned_again_does_not_complete_twice() -> None:
    hundred = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(100), repeat=None)  # type: ignore[arg-type]
    member = MemberProgress(hundred)

    times = [member.count(MAY, Decimal(number)) for number in (100, -50, 50)]

    assert times == [1, 0, 0]


def test_one_large_sum_completes_as_often_as_it_contains_the_goal() -> None:
    hundred = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(100), repeat=None)  # type: ignore[arg-type]

    assert MemberProgress(hundred).count(MAY, Decimal(350)) == 3
    assert MemberProgress(replace(hundred, repeat=2)).count(MAY, Decimal(350)) == 2


def test_a_huge_sum_completes_a_hundred_times_and_keeps_the_rest() -> None:
    ones = replace(STREAK, measure=Sum(ANY_LOGIC), window="all", goal=Decimal(1), repeat=None)  # type: ignore[arg-type]
    member = MemberProgress(ones)

    times = [member.count(MAY, Decimal(number)) for number in (10**9, 1)]

    assert times == [100, 100]


def test_distinct_values_count_once_each_and_not_again_after_completing() -> None:
    shops = replace(STREAK, measure=Distinct(ANY_LOGIC), window="all", goal=Decimal(2), repeat=None)  # type: ignore[arg-type]
    member = MemberProgress(shops)

    times = [member.count(may(day), value=shop) for day, shop in enumerate("aabbaacd", start=1)]

    assert times == [0, 0, 1, 0, 0, 0, 0, 1]


def test_nothing_counts_beyond_the_last_repetition() -> None:
    member = MemberProgress(replace(STREAK, goal=Decimal(1)))
    member.count(may(1))

    assert member.count(may(2)) == 0
    assert len(member.sums) == 1


def test_lowering_a_goal_completes_at_the_next_event_and_keeps_what_was_used() -> None:
    member = MemberProgress(replace(STREAK, measure=CountEvents(), window="all", goal=Decimal(10), repeat=None))
    for _ in range(14):
        member.count(MAY)

    member.achievement = replace(member.achievement, goal=Decimal(5))

    assert member.completed == 1
    assert member.count(MAY) == 1


# -- few daily sums are read and searched; the definition below looks at all


def sums_in_window(achievement: Achievement, sums: list[DailySum], day: date) -> list[DailySum]:
    """The daily sums in the window of a day, by its definition: each is looked at."""
    match achievement.window:
        case "all":
            return sums
        case "streak":
            run, days = {day}, {m.day for m in sums}
            while more := {d for d in days - run if {d - timedelta(1), d + timedelta(1)} & run}:
                run |= more
            return [m for m in sums if m.day in run]
        case Last(days):
            return [m for m in sums if 0 <= (day - m.day).days < days]
        case period:
            return [m for m in sums if calendar_window(m.day, period) == calendar_window(day, period)]


def progress_of(achievement: Achievement, group: list[DailySum]) -> int:
    """The progress of daily sums, in millionths."""
    if not isinstance(achievement.measure, Distinct):
        return sum(m.amount for m in group) - sum(m.used for m in group)
    return MILLION * len({m.value for m in group} - {m.value for m in group if m.used})


def count_by_definition(
    achievement: Achievement, sums: list[DailySum], day: date, number: Decimal, value: str
) -> ProgressUpdate:
    """Count one event by the definition, for an achievement without a limit of repetitions."""
    goal = int(achievement.goal * MILLION)

    today = max([day, *(m.day for m in sums)])

    def present(sums: list[DailySum]) -> list[DailySum]:
        latest = max((m.day for m in sums), default=today)
        is_live = achievement.window == "streak" and latest == today - timedelta(days=1)
        return sums_in_window(achievement, sums, latest if is_live else today)

    before = Decimal(progress_of(achievement, present(sums))) / MILLION if sums else Decimal(0)
    same = [m for m in sums if (m.day, m.value) == (day, value)]
    added = 0 if same and isinstance(achievement.measure, CountDays | Distinct) else int(number * MILLION)
    if not added:
        return ProgressUpdate((), before, before, 0)
    new = DailySum(day, value, added + sum(m.amount for m in same), sum(m.used for m in same))
    after = sorted([*(m for m in sums if m not in same), new], key=lambda m: (m.day, m.value))
    counted_day = day
    if isinstance(achievement.window, Last):
        reach = [m.day for m in after if 0 <= (m.day - day).days < achievement.window.days]
        counted_day = next(
            (d for d in reach if progress_of(achievement, sums_in_window(achievement, after, d)) >= goal), day
        )
    group = sums_in_window(achievement, after, counted_day)
    times = min(100, max(0, progress_of(achievement, group) // goal))
    used = list(used_by_definition(achievement, group, times * goal))
    changed = tuple({(m.day, m.value): m for m in [new, *used]}.values())
    left = sorted({(m.day, m.value): m for m in [*after, *used]}.values(), key=lambda m: (m.day, m.value))
    shown = Decimal(progress_of(achievement, present(left))) / MILLION
    progress = achievement.goal if times and group == present(after) else shown
    before_use = {(m.day, m.value): m.used for m in after}
    shares = tuple((m, m.used - before_use[m.day, m.value]) for m in used)
    return ProgressUpdate(changed, before, progress, times, added, shares)


def used_by_definition(achievement: Achievement, group: list[DailySum], amount: int) -> Iterable[DailySum]:
    """The sums that are used up, the oldest first."""
    if isinstance(achievement.measure, Distinct):
        gone = {m.value for m in group if m.used}
        values = list(dict.fromkeys(m.value for m in group if m.value not in gone))[: amount // MILLION]
        yield from (replace(m, used=m.amount) for m in group if m.value in values)
        return
    for each in group:
        share = max(0, min(amount, each.amount - each.used))
        amount -= share
        if share:
            yield replace(each, used=each.used + share)


MEASURES: list[Measure] = [CountEvents(), CountDays(), Sum(ANY_LOGIC), Distinct(ANY_LOGIC)]  # type: ignore[arg-type]
WINDOWS: list[Window] = ["all", "streak", "day", "week", "month", "year", Last(1), Last(5), Last(30)]
EVENTS = st.tuples(
    st.integers(1, 4) | st.integers(-30, 10),  # days after the latest: most come in order
    st.sampled_from([1, 1, 2, -1, -3, 0]),
    st.sampled_from(["a", "b", "Z"]),
)


def empty_store() -> InMemoryStore:
    """An in-memory store with one member without progress."""
    store = InMemoryStore("DEFAULT")
    store.load(MemberState(StoredMember(id="ann", registered_at=datetime(2024, 5, 1, tzinfo=UTC))))
    return store


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@given(
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=2),
    goals=st.lists(st.integers(1, 5), min_size=1, max_size=2),
    at_first=st.integers(1, 4),
    events=st.lists(EVENTS, max_size=40),
)
def test_the_daily_sums_needed_give_the_same_result_as_all(
    window: Window,
    measures: list[Measure],
    goals: list[int],
    at_first: int,
    events: list[tuple[int, int, str]],
) -> None:
    repository, all_sums, latest = empty_store().achievements, dict[tuple[date, str], DailySum](), 0

    for n, (later, number, letter) in enumerate(events):
        # Half way, the program may be changed: other goal, other measure.
        is_late_half = 2 * n >= len(events)
        measure, goal = measures[-is_late_half], goals[-is_late_half]
        achievement = replace(STREAK, measure=measure, window=window, goal=Decimal(goal), repeat=None)
        day, value = may(latest + later), letter if isinstance(measure, Distinct) else ""
        latest += max(0, later)
        amount = Decimal(number) if isinstance(measure, Sum) else Decimal(1)
        since = first_day_needed(achievement, day)
        seen = sorted((m for m in all_sums.values() if m.day >= since), key=lambda m: (m.day, m.value))
        needed = daily_sums_needed(repository, "ann", achievement, day, first_page=at_first)
        update = count_event(achievement, needed, day=day, number=amount, value=value, completed=0)

        assert update == count_by_definition(achievement, seen, day, amount, value)
        repository.save_daily_sums("ann", STREAK.name, update.changed)
        all_sums |= {(m.day, m.value): m for m in update.changed}
        all_sums = {key: m for key, m in all_sums.items() if not m.is_empty}
        kept = repository.daily_sums("ann", STREAK.name, since=date.min)
        assert kept == sorted(all_sums.values(), key=lambda m: (m.day, m.value))
        assert list(in_window(achievement, kept, day)) == sums_in_window(achievement, list(kept), day)


@pytest.mark.parametrize(
    ("window", "most"),
    [("all", 7), ("streak", 50), ("day", 1), ("week", 7), ("month", 31), ("year", 366), (Last(9), 9)],
)
def test_no_more_daily_sums_are_read_than_an_event_needs(window: Window, most: int) -> None:
    repository, read = empty_store().achievements, []
    repeated = replace(STREAK, window=window, repeat=None)

    for n in range(1, 1000):
        if n % 40:  # no streak is longer
            sums = daily_sums_needed(repository, "ann", repeated, may(n))
            read.append(len(sums))
            update = count_event(repeated, sums, day=may(n), number=Decimal(1), value="", completed=0)
            repository.save_daily_sums("ann", STREAK.name, update.changed)

    assert max(read) <= most
