"""Two rules compared: the parts that differ are said, and no others."""

import pytest
from hypothesis import HealthCheck, given, settings

import rules
from loyalty.program.logic import Logic, Place
from rules import exact
from rules.expression import Call
from tests.rules.strategies import any_rules
from tests.workbench.differences.programs import said, with_rule
from workbench.differences.expressions import json_of, rule_changes

AND = '{and: [{">=": [{var: event.body.total}, 20]}, {"==": [{var: event.body.channel}, web]}]}'
TOTAL, WEB = "event.body.total >= 20", 'event.body.channel == "web"'
AT = "(reactors/double.yaml:4:"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (AND, AND.replace("20", "30"), ["when: event.body.total >= 20 -> event.body.total >= 30"]),
        (AND, AND.replace('">="', '">"'), ["when: event.body.total >= 20 -> event.body.total > 20"]),
        (AND, AND.replace("web]}", 'web]}, {"==": [{var: member.tier}, gold]}'), ['when: added member.tier == "gold"']),
        (AND, '{"==": [{var: event.body.channel}, web]}', ["when: removed event.body.total >= 20"]),
        (AND, AND.replace("and:", "or:"), [f"when: {TOTAL} and {WEB} -> {TOTAL} or {WEB}"]),
        ('{or: [{"==": [{var: member.tier}, gold]}, {">": [{var: event.body.total}, 1]}]}',
         '{or: [{"==": [{var: member.tier}, gold]}, {">": [{var: event.body.total}, 2]}, {var: member.active}]}'
         .replace(", {var: member.active}", ', {"==": [{var: event.body.note}, x]}'),
         ["when, one of: event.body.total > 1 -> event.body.total > 2", 'when, one of: added event.body.note == "x"']),
        ('{"!": {"==": [{var: event.body.channel}, web]}}', '{"!=": [{var: event.body.channel}, web]}',
         ['when: not event.body.channel == "web" -> event.body.channel != "web"']),
        ('{">": [{"*": [{"+": [{var: event.body.total}, 1]}, 2]}, 3]}',
         '{">": [{"+": [{var: event.body.total}, {"*": [1, 2]}]}, 3]}',
         ["when: (event.body.total + 1) * 2 > 3 -> event.body.total + 1 * 2 > 3"]),
        ('{"==": [{var: [event.body.note, a]}, a]}', '{"==": [{var: [event.body.note, b]}, a]}',
         ['when: (event.body.note else "a") == "a" -> (event.body.note else "b") == "a"']),
    ],
    ids=str,
)  # fmt: skip
def test_the_parts_of_a_condition_that_differ_are_said(old: str, new: str, expected: list[str]) -> None:
    lines = said(with_rule(old), with_rule(new))

    assert [line.split(f" {AT}")[0] for line in lines] == expected
    assert all(AT in line for line in lines)


def test_one_more_word_in_a_long_list_is_that_word_alone() -> None:
    words = [f"word-{number}" for number in range(60)]
    rule = "{in: [{var: event.body.note}, [%s]]}"

    lines = said(with_rule(rule % ", ".join(words)), with_rule(rule % ", ".join([*words[1:], "another"])))

    assert [line.split(f" {AT}")[0] for line in lines] == [
        'when, event.body.note in: removed "word-0"',
        'when, event.body.note in: added "another"',
    ]


def test_long_texts_are_cut_to_where_they_part() -> None:
    rule = '{"==": [{var: event.body.note}, "%s"]}'

    (line,) = said(with_rule(rule % ("a" * 500 + "b")), with_rule(rule % ("a" * 500 + "c")))

    assert line.startswith(f'when: ...{"a" * 30}b" -> ...{"a" * 30}c" {AT}')


def test_what_words_cannot_tell_apart_is_shown_as_json() -> None:
    old, new = '{"==": [{var: "event.body.note"}, "it"]}', '{"==": [{var: "event.body.note"}, {cat: ["it"]}]}'

    (line,) = said(with_rule(old), with_rule(new))

    assert '-> event.body.note == cat("it")' in line


def logic(rule: object) -> Logic:
    expression = rules.parse(rule)
    return Logic(
        expression, rules.compile(expression), Place("a.yaml", 1, 1), lambda path: Place("a.yaml", 1, len(path))
    )


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(old=any_rules, new=any_rules)
def test_any_two_rules_are_compared_and_what_is_said_of_both_sides_differs(old: object, new: object) -> None:
    parts = list(rule_changes("when", logic(old), logic(new)))

    assert all(part.was != part.now for part in parts)
    assert list(rule_changes("when", logic(old), logic(old))) == []
    assert parts != [] or json_of(logic(old).expression) == json_of(logic(new).expression) or is_alone(old, new)


def is_alone(*sides: object) -> bool:
    """Whether a side is an `and` or `or` of one: it says no more than that one."""
    return any(len(rules.parse(side).operands) == 1 for side in sides if isinstance(rules.parse(side), Call))


def test_two_large_rules_differ_in_the_one_part_that_does() -> None:
    rule: dict[str, list[object]] = {"and": [{"==": [{"var": f"event.body.n{n}"}, n]} for n in range(40)]}
    for level in range(40):
        rule = {"or": [rule, *({"==": [{"var": f"event.body.m{level}"}, n]} for n in range(40))]}
    changed = exact.loads(exact.dumps(rule).replace('"event.body.n7"}, 7', '"event.body.n7"}, 70'))

    (part,) = rule_changes("when", logic(rule), logic(changed))

    assert (part.was, part.now) == ("event.body.n7 == 7", "event.body.n7 == 70")
