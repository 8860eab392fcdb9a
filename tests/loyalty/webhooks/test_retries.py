from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.webhooks.retries import (
    LONGEST_WAIT,
    WAITS,
    is_dead,
    is_gone,
    is_success,
    next_attempt,
    read_retry_after,
)

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_table_spreads_eight_attempts_over_more_than_a_day():
    waits = [next_attempt(attempt, retry_after=None, luck=0.0) for attempt in range(1, 9)]

    assert waits == [
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        10 * HOUR,
        None,
    ]


def test_luck_lengthens_a_wait_by_up_to_a_tenth():
    waits = [next_attempt(2, retry_after=None, luck=luck) for luck in (0.0, 0.5, 1.0)]

    assert waits == [timedelta(seconds=300), timedelta(seconds=315), timedelta(seconds=330)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (timedelta(seconds=60), timedelta(seconds=60)),
        (timedelta(seconds=1), timedelta(seconds=5)),
        (timedelta(days=-1), timedelta(seconds=5)),
        (timedelta(days=400), LONGEST_WAIT),
    ],
)
def test_a_receiver_can_lengthen_a_wait_to_a_day_and_never_shorten_it(asked, expected):
    assert next_attempt(1, retry_after=asked, luck=0.0) == expected


def test_a_receiver_cannot_ask_for_more_attempts():
    assert next_attempt(8, retry_after=timedelta(seconds=1), luck=0.5) is None


@given(
    attempt=st.integers(1, len(WAITS)),
    retry_after=st.none() | st.timedeltas(),
    luck=st.floats(0, 1, exclude_max=True),
)
def test_every_wait_is_between_the_table_and_a_day(attempt, retry_after, luck):
    wait = next_attempt(attempt, retry_after=retry_after, luck=luck)

    assert wait is not None
    assert WAITS[attempt - 1] <= wait <= LONGEST_WAIT


def test_attempts_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        next_attempt(0, retry_after=None, luck=0.0)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("Wed, 01 May 2024 12:10:00 GMT", timedelta(minutes=10)),
        ("Wednesday, 01-May-24 12:10:00 GMT", timedelta(minutes=10)),
        ("Wed May  1 12:10:00 2024", timedelta(minutes=10)),
        ("Wed, 01 May 2024 11:00:00 GMT", timedelta(0)),
        ("Wed, 01 May 2999 11:00:00 GMT", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("000000000007", timedelta(seconds=7)),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Wed, 99 May 2024 11:00:00 GMT", None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(header, expected):
    assert read_retry_after(header, now=NOW) == expected


@given(st.text())
def test_every_text_is_accepted_as_retry_after(header):
    asked = read_retry_after(header, now=NOW)

    assert asked is None or timedelta(0) <= asked <= LONGEST_WAIT


def test_only_2xx_is_success_and_only_410_disables_a_subscription():
    assert [status for status in range(100, 600) if is_success(status)] == list(range(200, 300))
    assert [status for status in range(100, 600) if is_gone(status)] == [410]


def test_an_endpoint_is_dead_after_five_days_without_success():
    assert not is_dead(None, now=NOW)
    assert not is_dead(NOW - timedelta(days=4, hours=23), now=NOW)
    assert is_dead(NOW - timedelta(days=5), now=NOW)
