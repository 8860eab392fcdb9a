"""What can be stored, and where the first part is that cannot."""

from decimal import Decimal

import pytest
from hypothesis import given

from rules.errors import MalformedJson
from rules.exact import dumps, loads
from rules.storable import MAX_BYTES, MAX_DEPTH, Excess, find_excess
from tests.rules.strategies import json_values


def nested(value: object, times: int) -> object:
    for _ in range(times):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, None, True, Decimal("0.5"), "é"]},
        nested(1, MAX_DEPTH),
        10**15,
        Decimal("-1E+15"),
        Decimal("1E-30"),
        "x" * (MAX_BYTES - 2),
    ],
)
def test_a_value_within_the_bounds_can_be_stored(value: object) -> None:
    assert find_excess(value) is None


@pytest.mark.parametrize(
    ("value", "excess"),
    [
        ({"a": [0, 10**15 + 1]}, Excess("number", ("a", 1))),
        ([Decimal("-1E+6000")], Excess("number", (0,))),
        (2**10_000, Excess("number", ())),
        (Decimal("0." + "1" * 35), Excess("digits", ())),
        (Decimal("1E-31"), Excess("digits", ())),
        (float("nan"), Excess("number", ())),
        ({"a": "b\0"}, Excess("text", ("a",))),
        ({"a\0": 1}, Excess("text", ("(key)",))),
        (["\ud800"], Excess("text", (0,))),
        (nested(1, MAX_DEPTH + 1), Excess("depth", (0,) * (MAX_DEPTH + 1))),
        ("é" * (MAX_BYTES // 2), Excess("bytes", ())),
        ([0] * (MAX_BYTES // 2), Excess("bytes", ())),
        ({"a": [0, 1, True, 10**15 + 1]}, Excess("number", ("a", 3))),
        ({"a": [0, -(10**15) - 1]}, Excess("number", ("a", 1))),
        (nested([0, 1], MAX_DEPTH), Excess("depth", (0,) * MAX_DEPTH + (1,))),
    ],
)
def test_the_first_part_beyond_a_bound_is_named(value: object, excess: Excess) -> None:
    assert find_excess(value) == excess


def test_a_list_that_is_in_another_one_many_times_is_not_walked_to_its_end() -> None:
    value: list[object] = [0] * 1000
    for _ in range(20):
        value = [value] * 1000

    assert find_excess(value) == Excess("bytes", ())


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(MalformedJson, match="object is not a JSON value"):
        find_excess([object()])


@given(json_values)
def test_what_can_be_stored_can_be_read_again(value: object) -> None:
    if find_excess(value) is None:
        assert loads(dumps(value)) == loads(dumps(loads(dumps(value))))
