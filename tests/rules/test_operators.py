"""Examples of every operator: what jsonlogic.com documents, with JavaScript's conversions."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import rules
from rules.operators import OPERATORS, TABLE

NOON = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
EXAMPLES = [
    # rule, data, value
    (True, {}, True),
    ([{"var": "a"}, 2], {"a": 1}, [1, 2]),
    ({}, {"a": 1}, {}),
    ({"var": "cart.total"}, {"cart": {"total": 9}}, 9),
    ({"var": "cart.total"}, {"cart": 3}, None),
    ({"var": ["cart.total", 7]}, {"cart": {}}, 7),
    ({"var": ["cart.total", 7]}, {"cart": {"total": None}}, None),
    ({"var": ["a", {"var": "b"}]}, {"b": 2}, 2),
    ({"var": "list.1"}, {"list": [5, 6]}, 6),
    ({"var": "list.-1"}, {"list": [5, 6]}, None),
    ({"var": "list.01"}, {"list": [5, 6]}, None),
    ({"var": "list.length"}, {"list": [5, 6]}, 2),
    ({"var": "word.0"}, {"word": "hey"}, "h"),
    ({"var": {"var": "which"}}, {"which": "b", "b": 4}, 4),
    ({"var": {"cat": ["a.", "b"]}}, {"a": {"b": 5}}, 5),
    ({"missing": ["a", "b", "c"]}, {"a": "", "b": None, "c": 0}, ["a", "b"]),
    ({"missing": [["a", "c.d"]]}, {"c": {"d": 1}}, ["a"]),
    ({"missing": {"var": "keys"}}, {"keys": ["a"], "a": 1}, []),
    ({"missing_some": [1, ["a", "b"]]}, {"b": 1}, []),
    ({"missing_some": [2, ["a", "b", "c"]]}, {"b": 1}, ["a", "c"]),
    ({"missing_some": [{"var": "n"}, {"var": "keys"}]}, {"n": 1, "keys": ["x"]}, ["x"]),
    ({"if": []}, {}, None),
    ({"if": [{"var": "a"}, 1]}, {"a": []}, None),
    ({"if": [{"var": "a"}, 1, 2]}, {"a": {}}, 1),
    ({"if": [False, 1, "0", 2, 3]}, {}, 2),
    ({"?:": [0, 1, 2]}, {}, 2),
    ({"and": []}, {}, None),
    ({"and": [1, "", 3]}, {}, ""),
    ({"and": [{"var": "a"}, 1]}, {"a": {}}, 1),
    ({"or": [{"var": "a"}, 1]}, {"a": {}}, {}),
    ({"filter": [{"var": "a"}, {"var": ""}]}, {"a": [{}, [], 0]}, [{}]),
    ({"or": [0, {"var": "a"}, 3]}, {"a": None}, 3),
    ({"or": [0, None]}, {}, None),
    ({"!": [[]]}, {}, True),
    ({"!!": {"var": "a"}}, {"a": {}}, True),
    ({"==": [1, "1.0"]}, {}, True),
    ({"==": [{"var": "a"}, 1]}, {"a": True}, True),
    ({"==": [{"var": "a"}, {"var": "b"}]}, {"a": Decimal("1.10"), "b": Decimal("1.1")}, True),
    ({"==": [{"var": "a"}, 1.5]}, {"a": [1.5]}, True),
    ({"==": [None, 0]}, {}, False),
    ({"==": [{"var": "a"}, None]}, {}, True),
    ({"==": [{"var": "a"}, {"var": "a"}]}, {"a": [1]}, True),
    ({"==": [[1], [1]]}, {}, False),
    ({"===": [1, True]}, {}, False),
    ({"===": [{"var": "a"}, Decimal("2.0")]}, {"a": 2}, True),
    ({"!=": [1, "a"]}, {}, True),
    ({"!==": [1, "1"]}, {}, True),
    ({">": ["10", "9"]}, {}, False),
    ({">": ["10", 9]}, {}, True),
    ({">=": [None, 0]}, {}, True),
    ({"<": ["a", 1]}, {}, False),
    ({"<": [1, {"var": "x"}, 3]}, {"x": 3}, False),
    ({"<=": [1, {"var": "x"}, 3]}, {"x": 3}, True),
    ({">": [{"var": "now"}, {"var": "then"}]}, {"now": NOON, "then": datetime(2026, 1, 1, tzinfo=UTC)}, True),
    ({"==": [{"var": "now"}, "2026-03-01T12:30:00+00:00"]}, {"now": NOON}, True),
    ({"in": ["b", "abc"]}, {}, True),
    ({"in": [{"var": "x"}, [1, 2]]}, {"x": Decimal("2.0")}, True),
    ({"in": [{"var": "x"}, [1, 2]]}, {"x": "2"}, False),
    ({"in": [{"var": "x"}, [1, True]]}, {"x": True}, True),
    ({"in": ["a", None]}, {}, False),
    ({"in": ["", "abc"]}, {}, True),
    ({"in": [1, {"var": "list"}]}, {"list": [True]}, False),
    ({"+": ["3.5 points", 1]}, {}, Decimal("4.5")),
    ({"+": [0.1, 0.2]}, {}, Decimal("0.3")),
    ({"+": [{"var": "a"}, {"var": "b"}]}, {"a": 0.1, "b": 0.2}, Decimal("0.3")),
    ({"+": [None, 1]}, {}, None),
    ({"+": ["7"]}, {}, 7),
    ({"-": ["5", True]}, {}, 4),
    ({"-": [Decimal("2.5")]}, {}, Decimal("-2.5")),
    ({"*": [2, "1.5", 4]}, {}, 12),
    ({"*": ["a"]}, {}, "a"),
    ({"??": [{"var": "a"}, {"var": "b"}, 3]}, {"b": 0}, 0),
    ({"??": [{"var": "a"}, None]}, {}, None),
    ({"??": []}, {}, None),
    ({"-": [10, 3, Decimal("0.5")]}, {}, Decimal("6.5")),
    ({"-": ["x", 1, 2]}, {}, None),
    ({"+": []}, {}, 0),
    ({"*": []}, {}, 1),
    ({"/": [24, 2, 3]}, {}, 4),
    ({"/": [8]}, {}, Decimal("0.125")),
    ({"/": [1, 0, 3]}, {}, None),
    ({"%": [17, 10, 4]}, {}, 3),
    ({"/": [1, 3]}, {}, Decimal("0." + "3" * 34)),
    ({"/": [6, 3]}, {}, 2),
    ({"/": [1, 0]}, {}, None),
    ({"%": [-7, 3]}, {}, -1),
    ({"%": [Decimal("7.5"), 2]}, {}, Decimal("1.5")),
    ({"%": [Decimal("1E+50"), 7]}, {}, 2),
    ({"%": [1, 0]}, {}, None),
    ({"min": [3, "2", True]}, {}, 1),
    ({"max": [None, -1]}, {}, 0),
    ({"max": ["a", 1]}, {}, None),
    ({"map": [{"var": "a"}, {"*": [{"var": ""}, 2]}]}, {"a": [1, 2]}, [2, 4]),
    ({"map": [None, 1]}, {}, []),
    ({"filter": [{"var": "a"}, {"var": "ok"}]}, {"a": [{"ok": 1}, {"ok": 0}, 3]}, [{"ok": 1}]),
    ({"reduce": [[1, 2, 3], {"-": [{"var": "accumulator"}, {"var": "current"}]}, 10]}, {}, 4),
    ({"reduce": [[1, 2], {"var": "accumulator"}]}, {}, None),
    (
        {"reduce": [{"var": "a"}, {"cat": [{"var": "accumulator"}, {"var": "current.n"}]}, ""]},
        {"a": [{"n": 1}, {}]},
        "1",
    ),
    ({"reduce": [[7], {"var": ""}, 0]}, {}, {"current": 7, "accumulator": 0}),
    ({"reduce": [[7], {"missing": ["current", "x"]}, 0]}, {}, ["x"]),
    ({"all": [[], True]}, {}, False),
    ({"all": [[1, 2], {">": [{"var": ""}, 0]}]}, {}, True),
    ({"some": [{"var": "a"}, {"in": [{"var": "k"}, ["x"]]}]}, {"a": [{"k": "y"}, {"k": "x"}]}, True),
    ({"none": [[], True]}, {}, True),
    ({"none": [[0, 1], {"var": ""}]}, {}, False),
    ({"some": [[[1], []], {"some": [{"var": ""}, {"==": [{"var": ""}, 1]}]}]}, {}, True),
    ({"merge": [1, [2, [3]], None]}, {}, [1, 2, [3], None]),
    ({"log": [{"var": "a"}]}, {"a": 5}, 5),
    ({"cat": ["a", None, 1.50, True, [1, [None, 2]], {"var": "o"}]}, {"o": {}}, "a1.5true1,,2[object Object]"),
    ({"cat": [{"var": "x"}]}, {"x": Decimal("1E+21")}, "1e+21"),
    ({"cat": [{"var": "x"}]}, {"x": Decimal("0.00000012")}, "1.2e-7"),
    ({"cat": [{"var": "now"}]}, {"now": NOON}, "2026-03-01T12:30:00+00:00"),
    ({"substr": ["loyalty", 2, -2]}, {}, "yal"),
    ({"substr": ["loyalty", -3, 2]}, {}, "lt"),
    ({"substr": [12345, 1, 2]}, {}, "23"),
    ({"lower": ["ÀB"]}, {}, "àb"),
    ({"upper": [None]}, {}, None),
    ({"starts_with": ["gold-1", "gold"]}, {}, True),
    ({"ends_with": [{"var": "x"}, "a"]}, {}, False),
    ({"length": ["four"]}, {}, 4),
    ({"length": [[1, 2]]}, {}, 2),
    ({"length": [5]}, {}, None),
    ({"date": ["2026-03-01T12:30:00Z"]}, {}, NOON),
    ({"date": ["soon"]}, {}, None),
    ({"date": ["2026-02-30"]}, {}, None),
    ({"date": ["2016-12-31T23:59:60Z"]}, {}, datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ({"date": [f"2026-03-01T12:30:00.{'0' * 90}1Z"]}, {}, NOON),
    ({"date": [f"2026-03-01t13:30:00.{'0' * 90}1+01:00"]}, {}, NOON),
    ({"date": [f"2026-03-01T12:30:00.{'x' * 90}Z"]}, {}, None),
    ({"date": ["0000-02-29"]}, {}, datetime(1, 1, 1, tzinfo=UTC)),
    ({"date": ["0000-12-31T23:59:59Z"]}, {}, datetime(1, 1, 1, tzinfo=UTC)),
    ({"date": ["0000-02-30"]}, {}, None),
    ({"year": [{"var": "now"}]}, {"now": NOON}, 2026),
    ({"month": [{"var": "now"}]}, {"now": NOON}, 3),
    ({"day": ["2026-03-09"]}, {}, 9),
    ({"hour": [None]}, {}, None),
    ({"weekday": [{"var": "now"}]}, {"now": NOON}, "sunday"),
    ({"days_between": ["2026-02-27T23:00:00Z", {"var": "now"}]}, {"now": NOON}, 2),
]


@pytest.mark.parametrize(("rule", "data", "value"), EXAMPLES, ids=lambda case: str(case)[:60])
def test_an_example_has_its_value_in_every_way_of_evaluating(rule, data, value):
    compiled = rules.compile(rules.parse(rule))

    found = [rules.evaluate(rule, data), compiled(data), compiled.trace(data).value]

    assert found == [value] * 3
    assert {type(one) is bool for one in found} == {type(value) is bool}


def test_every_operator_has_an_example():
    shown = {name for rule, _, _ in EXAMPLES if isinstance(rule, dict) for name in rule}

    assert {operator.name for operator in OPERATORS} <= shown


def test_no_two_operators_share_a_name():
    assert len(TABLE) == sum(1 + len(operator.aliases) for operator in OPERATORS)


def test_days_and_hours_are_those_of_the_rules_time_zone():
    warsaw = ZoneInfo("Europe/Warsaw")
    late = {"now": datetime(2026, 3, 28, 23, 30, tzinfo=UTC)}  # half past midnight of the 29th there

    values = [
        rules.compile(rules.parse({name: {"var": "now"}}), timezone=warsaw)(late) for name in ("day", "hour", "weekday")
    ]
    midnight = rules.compile(rules.parse({"date": "2026-03-29"}), timezone=warsaw)({})

    assert values == [29, 0, "sunday"]
    assert midnight == datetime(2026, 3, 29, tzinfo=warsaw)


def test_an_array_literal_is_a_new_array_in_each_evaluation():
    rule = rules.compile(rules.parse([[], {}]))

    rule({})[0].append("changed")

    assert rule({}) == [[], {}]
