"""What two members become as one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.merging.joining import join_badges, join_fields, join_identity, join_profile, join_progress
from loyalty.program.program import Program
from loyalty.program.wallets import MAX_POINTS
from loyalty.refusals import SumTooLarge
from loyalty.store.achievements import AchievementCompletions, DailySum
from loyalty.store.contributions import Contribution
from loyalty.store.members import GrantedBadge, Identity
from program_files import read_program
from tests.kit.programs import files

DAY, NEXT = date(2026, 5, 1), date(2026, 5, 2)
NOW = datetime(2026, 5, 3, tzinfo=UTC)
EARLIER = NOW - timedelta(days=9)
ONE = 1_000_000


@pytest.fixture(scope="module")
def program() -> Program:
    once = "achievement: once\non: purchase\ngoal: 1\nthen: [{grant_badge: early-bird}]\n"
    total = "achievement: total\non: purchase\nmeasure: {sum: {var: event.body.total}}\ngoal: 9\nrepeat: 3\n"
    return read_program(files(achievements__once=once, achievements__total=total))


def done(name: str, times: int, at: datetime = NOW) -> AchievementCompletions:
    return AchievementCompletions(name, times, at)


def test_a_survivors_fields_stand_and_what_only_the_other_has_is_added():
    joined = join_fields({"size": "M", "a": 1}, {"size": "L", "b": 2, "a": 1})

    assert joined.values == {"size": "M", "a": 1, "b": 2}
    assert (joined.taken, joined.dropped) == (["b"], ["size"])


def test_fields_beyond_the_most_there_can_be_are_dropped():
    joined = join_fields({"a": 1}, {"b": 2, "c": 3}, most=2)

    assert (joined.values, joined.taken, joined.dropped) == ({"a": 1, "b": 2}, ["b"], ["c"])


@pytest.mark.parametrize(
    ("own", "other", "after"),
    [
        ({"agreement1": True}, {"agreement1": True}, True),
        ({"agreement1": True}, {"agreement1": False}, False),
        ({"agreement1": True}, {}, False),
        ({}, {"agreement1": True}, False),
    ],
)
def test_consent_stays_only_where_both_gave_it(own: dict[str, bool], other: dict[str, bool], after: bool):
    joined = join_profile(own, other)

    assert joined.values["agreement1"] is after
    assert joined.dropped == (["agreement1"] if own and not after else [])


def test_labels_of_both_stay_and_of_one_key_the_survivors():
    own = {"labels": [{"key": "a", "value": "1"}], "gender": None}
    other = {"labels": [{"key": "a", "value": "2"}, {"key": "b", "value": "3"}], "gender": "female"}

    joined = join_profile(own, other)

    assert joined.values == {
        "labels": [{"key": "a", "value": "1"}, {"key": "b", "value": "3"}],
        "gender": "female",
    }
    assert joined.taken == ["gender", "labels"]


def test_parts_that_the_survivor_lacks_become_theirs_as_confirmed_as_they_were():
    own, other = Identity("s", email="s@example.com"), Identity("m", "m@example.com", "+48500100200", "C-1")

    joined = join_identity(own, other, None, "card")

    assert joined.survivor == Identity("s", "s@example.com", "+48500100200", "C-1")
    assert joined.merged == Identity("m", "m@example.com")
    assert (joined.taken, joined.kept, joined.learned) == (["phone", "card"], ["email"], "card")


def test_sums_add_up_and_a_day_that_both_have_counts_once(program: Program):
    own, other = [DailySum(DAY, "", ONE, ONE)], [DailySum(DAY, "", ONE), DailySum(NEXT, "", ONE)]

    days = join_progress("seven-days", program.achievement_named["seven-days"], own, other, (None, None), NEXT)
    total = join_progress("total", program.achievement_named["total"], own, other, (None, None), NEXT)

    assert days.sums == [DailySum(DAY, "", ONE, ONE), DailySum(NEXT, "", ONE)]
    assert days.contributions == [Contribution("counted", "seven-days", DAY, "", -ONE, 0)]
    assert total.sums == [DailySum(DAY, "", 2 * ONE, ONE), DailySum(NEXT, "", ONE)]
    assert total.contributions == []


@pytest.mark.parametrize(
    ("name", "own", "other", "kept", "dropped"),
    [("once", 1, 1, 1, 1), ("once", 0, 1, 1, 0), ("total", 2, 2, 3, 1), ("total", 1, 1, 2, 0), ("gone", 2, 3, 5, 0)],
)
def test_completions_add_up_no_further_than_they_may(
    program: Program, name: str, own: int, other: int, kept: int, dropped: int
):
    both = (done(name, own, EARLIER) if own else None, done(name, other))

    joined = join_progress(name, program.achievement_named.get(name), [], [], both, NEXT)

    assert joined.completions == done(name, kept)
    assert joined.dropped == dropped
    assert joined.contributions == ([Contribution("counted", name, NEXT, "", 0, -dropped)] if dropped else [])


def test_badges_add_up_less_those_of_completions_that_are_dropped(program: Program):
    own = [GrantedBadge("early-bird", 1, NOW, NOW), GrantedBadge("fan", 2, NOW, NOW)]
    other = [
        GrantedBadge("early-bird", 1, EARLIER, EARLIER),
        GrantedBadge("fan", 3, EARLIER, EARLIER),
        GrantedBadge("new", 1, EARLIER, EARLIER),
    ]

    assert join_badges(program, own, other, {"once": 1}) == [
        GrantedBadge("early-bird", 1, EARLIER, NOW),
        GrantedBadge("fan", 5, EARLIER, NOW),
        GrantedBadge("new", 1, EARLIER, EARLIER),
    ]


def test_a_sum_that_would_be_too_large_is_refused():
    much = [DailySum(DAY, "", MAX_POINTS - 1)]

    with pytest.raises(SumTooLarge):
        join_progress("total", None, much, much, (None, None), NEXT)
