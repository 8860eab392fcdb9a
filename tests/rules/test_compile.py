"""Closures and generated source agree, never raise anything but TooMuchWork, and hostile rules end."""

from datetime import UTC, datetime
from decimal import Decimal, getcontext
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rules
from rules.bounds import STEPS
from rules.closures import step_cost
from rules.compile import LARGEST_FUNCTION, generated, interpreted, interpreted_trace
from rules.exact import dumps
from tests.rules.strategies import any_rules, json_values

_MANY_EXAMPLES = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
RANGE = list(range(100))


def _value(run, data):
    try:
        return dumps(run(data))
    except rules.TooMuchWork:
        return "too much work"


@_MANY_EXAMPLES
@given(any_rules, json_values)
def test_closures_and_generated_source_agree_on_any_rule_and_any_data(rule, data):
    expression = rules.parse(rule)
    plain, traced = interpreted(expression, UTC), interpreted_trace(expression, UTC)
    source = generated(expression, UTC, plain, recording=False) or plain
    tracing = generated(expression, UTC, traced, recording=True) or traced

    found = [_value(plain, data), _value(source, data), _value(lambda value: tracing(value).value, data)]

    assert found == [found[0]] * 3


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_rules, json_values)
def test_closures_and_generated_source_record_the_same_trace(rule, data):
    expression = rules.parse(rule)
    traced = interpreted_trace(expression, UTC)
    tracing = generated(expression, UTC, traced, recording=True) or traced

    closures, source = traced(data).entries, tracing(data).entries

    assert sorted((step.path, dumps(step.value)) for step in closures) == sorted(
        (step.path, dumps(step.value)) for step in source
    )


@pytest.mark.parametrize(
    "rule",
    [
        {"reduce": [RANGE, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "ab"]},
        {"reduce": [RANGE, {"merge": [{"var": "accumulator"}, {"var": "accumulator"}]}, [1]]},
        {"reduce": [RANGE, [{"var": "accumulator"}, {"var": "accumulator"}], 1]},
        {"cat": {"reduce": [RANGE, [{"var": "accumulator"}, {"var": "accumulator"}], 1]}},
        {"map": [{"var": "many"}, {"map": [{"var": "x"}, 1]}]},
        {"some": [{"var": "many"}, {"in": [{"var": ""}, {"map": [RANGE, {"var": "x"}]}]}]},
        {"reduce": [{"var": "many"}, [{"var": "accumulator"}], 1]},
        {"map": [{"var": "many"}, {"in": ["zz", "x" * 100_000]}]},
        {"map": [{"var": "many"}, {"some": [RANGE, {"some": [RANGE, {"some": [RANGE, False]}]}]}]},
    ],
)
def test_a_hostile_rule_returns_or_raises_too_much_work(rule):
    data = {"many": [{"x": [1] * 5}] * 30_000}
    compiled = rules.compile(rules.parse(rule))

    values = [_value(compiled, data), _value(lambda value: rules.evaluate(rule, value), data)]

    assert values == ["too much work"] * 2 or rule.get("map", [None, {}])[1] == {"map": [{"var": "x"}, 1]}


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({"+": [{"var": "accumulator"}, 1]}, 0),
        ({"if": [{"missing": ["current.a"]}, 1, {"missing_some": [1, ["current.b"]]}]}, 0),
        ({"in": [{"var": "current.a"}, ["a", 1, None]]}, 0),
        ({"in": ["x", "y" * 640]}, 0),
        ({"in": [{"var": "current.a"}, {"cat": ["a", "b"]}]}, 2),
        ({"var": {"cat": ["current", ".", "a"]}}, 18),
    ],
    ids=str,
)
def test_closures_and_generated_source_spend_the_same_steps(body, made):
    rule = {"reduce": [{"var": "many"}, body, 0]}
    most = STEPS // (step_cost(rules.parse(body)) + made)
    compiled = rules.compile(rules.parse(rule))

    for run in (compiled, lambda data: rules.evaluate(rule, data)):
        assert _value(run, {"many": [None] * most}) != "too much work"
        assert _value(run, {"many": [None] * (most + 1)}) == "too much work"


def test_repeated_squaring_overflows_to_null():
    rule = {"reduce": [RANGE, {"*": [{"var": "accumulator"}, {"var": "accumulator"}]}, 12345]}
    compiled = rules.compile(rules.parse(rule))

    assert compiled({}) is rules.evaluate(rule, {}) is compiled.trace({}).value is None


def test_products_of_more_than_34_digits_are_rounded():
    product = rules.evaluate({"*": [10**20 + 1, 10**20]}, {})

    assert product == Decimal("100000000000000000001E+20")
    assert rules.evaluate({"*": [10**30 + 1, 10**30 + 1]}, {}) == Decimal("1000000000000000000000000000002E+30")


def test_a_rule_too_deep_for_one_function_runs_as_closures():
    rule = {"var": "a"}
    for _ in range(40):
        rule = {"if": [{"var": "a"}, {"and": [True, rule]}, False]}
    expression = rules.parse(rule)

    assert generated(expression, UTC, interpreted(expression, UTC), recording=False) is None
    assert rules.compile(expression)({"a": 1}) == 1


def test_an_else_if_chain_of_300_branches_runs():
    chain = [part for number in range(300) for part in ({"==": [{"var": "x"}, number]}, number)]
    rule = rules.compile(rules.parse({"if": [*chain, "none"]}))

    assert [rule({"x": 299}), rule({"x": 300}), rule.trace({"x": 7}).value] == [299, "none", 7]


@pytest.mark.parametrize("text", ["'", '"', "\\", "\n", "']); raise SystemExit #", "{0}", "%s", "\x00", "\ud800"])
def test_no_text_of_a_rule_becomes_code(text):
    rule = {"cat": [{"var": [text, text]}, {"in": [{"var": text}, [text]]}, {"missing": [text, f"a.{text}"]}]}
    compiled = rules.compile(rules.parse(rule))

    assert compiled({}) == rules.evaluate(rule, {})
    assert compiled({text: text}) == rules.evaluate(rule, {text: text})


def test_the_callers_decimal_context_is_neither_used_nor_changed():
    rule = {"reduce": [{"var": "a"}, {"+": [{"var": "accumulator"}, {"var": "current"}]}, 0]}
    compiled, before = rules.compile(rules.parse(rule)), getcontext().copy()
    getcontext().prec = 3
    try:
        total = compiled({"a": [Decimal("1.23456"), 1]})
        assert total == Decimal("2.23456")
        assert getcontext().prec == 3
    finally:
        getcontext().prec = before.prec


def test_a_trace_has_the_value_of_each_part():
    rule = rules.compile(rules.parse({"and": [{">": [{"var": "a"}, 1]}, {"var": "b"}, {"var": "c"}]}))

    trace = rule.trace({"a": 2, "b": 0, "c": 1})

    assert trace.value == 0
    assert [(step.path, step.value) for step in trace.entries] == [
        (("and", 0, ">", 0), 2),
        (("and", 0), True),
        (("and", 1), 0),
        ((), 0),
    ]


def test_a_trace_keeps_the_values_evaluated_before_a_default():
    rule = rules.compile(rules.parse({"min": [{"var": "a"}, {"var": ["b", 5]}]}))

    assert [step.value for step in rule.trace({"a": 7, "b": 6}).entries] == [7, 6, 6]
    assert [step.value for step in rule.trace({"a": 7}).entries] == [7, 5, 5]


def test_a_trace_has_the_values_of_every_iteration():
    rule = rules.compile(rules.parse({"some": [{"var": "a"}, {">": [{"var": ""}, 1]}]}))

    steps = rule.trace({"a": [0, 2, 5]}).entries

    assert [step.value for step in steps if step.path == ("some", 1)] == [False, True]


def test_a_result_too_deep_to_serialize_is_refused():
    with pytest.raises(rules.TooMuchWork):
        rules.evaluate({"reduce": [[1] * 500, [{"var": "accumulator"}], 0]}, {})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules_of_many=st.lists(any_rules, max_size=5), data=json_values)
def test_a_batch_of_rules_has_the_values_of_the_single_rules(rules_of_many, data):
    compiled = [rules.compile(rules.parse(rule)) for rule in rules_of_many]

    try:
        expected = [rule(data) for rule in compiled]
    except rules.TooMuchWork:
        with pytest.raises(rules.TooMuchWork):
            rules.compile_batch(compiled)(data)
    else:
        assert dumps(rules.compile_batch(compiled)(data)) == dumps(expected)


def test_rules_in_a_batch_keep_their_time_zones():
    weekday, moment = rules.parse({"weekday": {"var": "at"}}), datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
    zones = [UTC, ZoneInfo("Europe/Warsaw"), UTC]

    days = rules.compile_batch(rules.compile(weekday, timezone=zone) for zone in zones)({"at": moment})

    assert days == ["friday", "saturday", "friday"]


def test_a_batch_too_large_for_one_function_runs():
    many = [rules.compile(rules.parse({"+": [{"var": "n"}, number]})) for number in range(LARGEST_FUNCTION)]

    assert rules.compile_batch(many)({"n": 1}) == [number + 1 for number in range(LARGEST_FUNCTION)]


@pytest.mark.parametrize(
    ("rule", "reads"),
    [
        ({"var": "member.tier"}, True),
        ({"var": ["member.tier", "bronze"]}, True),
        ({"==": [1, {"!": {"var": "member"}}]}, True),
        ({"var": "event.body.member"}, False),
        ({"var": {"var": "event.body.path"}}, True),
        ({"var": ""}, True),
        ({"missing": ["event.body.total", "member.city"]}, True),
        ({"missing": [{"var": "event.body.keys"}]}, True),
        ({"missing_some": [1, ["event.body.a", "event.body.b"]]}, False),
        ({"some": [{"var": "event.body.items"}, {">": [{"var": "price"}, 3]}]}, False),
        ({"some": [{"var": "event.body.items"}, {"var": "member.tier"}]}, True),
        ("member", False),
    ],
)
def test_the_fields_a_rule_may_read_are_known_before_it_runs(rule, reads):
    assert rules.may_read(rules.parse(rule), "member") is reads
