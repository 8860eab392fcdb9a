import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import MalformedJson, RuleError
from rules.exact import dumps, loads

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=5)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)

_powers = st.integers(-6300, 6300)


def _nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(_values)
def test_a_serialized_value_is_parsed_back(value):
    assert loads(dumps(value)) == value


_numbers = st.one_of(
    st.integers(-(10**450), 10**450),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.builds(lambda digits, power: Decimal(f"{digits}E{power}"), st.integers(-(10**34), 10**34), _powers),
)


@given(_numbers | st.integers(195, 205).map(_nested))
def test_whatever_is_serialized_is_parsed_back(value):
    try:
        text = dumps(value)
    except MalformedJson:
        return

    assert loads(text) == value


@given(_values)
def test_a_serialized_value_is_json(value):
    json.loads(dumps(value))


def test_fractions_are_parsed_as_decimals():
    value = loads('{"a": 0.1, "b": 1, "c": 1e2, "d": [1.10]}')

    assert value == {"a": Decimal("0.1"), "b": 1, "c": Decimal(100), "d": [Decimal("1.1")]}
    assert [type(found) for found in (value["a"], value["b"], value["c"])] == [Decimal, int, Decimal]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.30"), "0.3"),
        (Decimal("3.000"), "3"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0"), "0"),
        (Decimal("1E-7"), "0.0000001"),
        (0.1, "0.1"),
        (2.0, "2"),
        (10**50, "1" + "0" * 50),
        (Decimal("1.50E+600"), "1.5E+600"),
        (Decimal("1E-500"), "1E-500"),
        (Decimal("12345678901234567890123456789012345678.90"), "12345678901234567890123456789012345678.9"),
        ("é\ud800", '"\\u00e9\\ud800"'),
        ("é", '"é"'),
        (datetime(2026, 1, 1, tzinfo=UTC), '"2026-01-01T00:00:00+00:00"'),
    ],
)
def test_numbers_are_serialized_without_exponent_and_trailing_zeros(value, text):
    assert dumps(value) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": NaN}', "NaN is not a JSON number"),
        ("-Infinity", "-Infinity is not a JSON number"),
        ('{"a": 1, "b": {"x": 1, "x": 2}}', 'the key "x" is given twice'),
        ("9" * 401, "more than 400 digits"),
        ("1e99999", "too large"),
        ("1e9999999999999999999999", "too large"),
        ("[" * 10_000, "nested more than 200 deep"),
        ("[" * 10_000 + "]" * 10_000, "nested more than 200 deep"),
        ('{"a":' * 300 + "1" + "}" * 300, "nested more than 200 deep"),
        ('{"a": 1,\n "b" 2}', "line 2, column 6"),
        ("", "line 1, column 1"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_text_that_is_not_exact_json_is_refused(text, message):
    with pytest.raises(MalformedJson, match=message):
        loads(text)


def test_brackets_in_texts_do_not_count_as_nesting():
    assert loads(json.dumps(["[" * 1000, '\\"[' * 300])) == ["[" * 1000, '\\"[' * 300]


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), {1: 2}, {1}, object()])
def test_a_value_that_json_lacks_is_not_serialized(value):
    with pytest.raises(RuleError):
        dumps([value])


@pytest.mark.parametrize("value", [_nested(201), _nested(10_000), int("9" * 401), Decimal("1E+6145")])
def test_a_value_that_would_not_be_parsed_is_not_serialized(value):
    with pytest.raises(MalformedJson):
        dumps(value)


def test_a_too_long_integer_is_found_wherever_it_stands():
    for before in range(0, 410, 9):
        with pytest.raises(MalformedJson, match="more than 400 digits"):
            loads(" " * before + "[" + "9" * 401 + "]" + " " * 410)
        assert loads(" " * before + "[" + "9" * 400 + "]" + " " * 410) == [int("9" * 400)]


def test_numbers_in_an_array_are_written_as_each_alone():
    for array in ([1, 2], [10**18, -(10**18)], [10**18 + 1, 1], [10**300, 2], [True, 1], [1, None, "a"]):
        assert dumps(array) == "[" + ", ".join(map(dumps, array)) + "]"


def test_a_byte_order_mark_before_utf_8_is_ignored():
    assert loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    with pytest.raises(MalformedJson):
        loads(b'{"a": \xef\xbb\xbf1}')
