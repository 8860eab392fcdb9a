"""Well-typed rules have the same value in Laurel and in two independent engines."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

import pytest

import rules
from rules.expression import Call, walk
from tests.rules import javascript
from tests.rules.effort import SEED, TRIES
from tests.rules.oracles import Batch, Case, Oracle, ask_datalogic, ask_javascript, batches, case, fits_a_double, same

RULES = 20_000
"""How many well-typed rules each engine must agree on, for at least one value each."""

DATALOGIC, JAVASCRIPT = "datalogic-py", "json-logic-js"
ORACLES: dict[str, Oracle] = {DATALOGIC: ask_datalogic, JAVASCRIPT: ask_javascript}


@dataclass(frozen=True)
class Divergence:
    """A known difference of another engine, with an example; cases that it may affect are not compared."""

    name: str
    oracles: tuple[str, ...]
    reason: str
    rule: Any
    value: Any
    ours: Any
    theirs: Any
    affects: Callable[[Case], bool]


def _values(case: Case, *operators: str) -> list[Any]:
    return [value for name, value in case.parts if name in operators]


def _is_fraction(found: Any) -> bool:
    return re.search(r"\d\.\d", found) is not None if isinstance(found, str) else isinstance(found, Decimal)


def _has(*texts: str) -> Callable[[Case], bool]:
    return lambda case: any(text in case.rule or text in case.value for text in texts)


def _has_more_or_fewer_operands(case: Case) -> bool:
    """Whether the rule subtracts, multiplies or divides other than one or two operands."""
    taken = {"-": (1, 2), "/": (2,), "%": (2,), "*": range(1, 10_000)}
    calls = (part for part in walk(rules.parse(rules.exact.loads(case.rule))) if isinstance(part, Call))
    return any(len(call.operands) not in taken.get(call.operator.name, (len(call.operands),)) for call in calls)


DIVERGENCES = [
    Divergence(
        "arithmetic takes any number of operands",
        (JAVASCRIPT,),
        "the community's proposal; json-logic-js subtracts and divides two, and ignores the others",
        {"-": [{"var": "a"}, 3, 2]},
        {"a": 10},
        5,
        7,
        _has_more_or_fewer_operands,
    ),
    Divergence(
        "?? is an operator",
        (JAVASCRIPT,),
        "the community's proposal, which json-logic-js does not have",
        {"??": [None, 1]},
        {},
        1,
        "error: Unrecognized operation ??",
        _has('"??"'),
    ),
    Divergence(
        "numbers are exact",
        (DATALOGIC, JAVASCRIPT),
        "theirs are doubles, ours decimals: what a double cannot hold differs in its last digits",
        {"==": [{"+": [{"var": "a"}, 0.2]}, 0.3]},
        {"a": Decimal("0.1")},
        True,
        False,
        lambda case: not all(fits_a_double(value) for _, value in case.parts),
    ),
    Divergence(
        "a division by 0 is null",
        (JAVASCRIPT,),
        "JavaScript has Infinity, which is true and which JSON cannot say",
        {"!!": [{"/": [1, {"var": "a"}]}]},
        {"a": 0},
        False,
        True,
        lambda case: None in _values(case, "/", "%"),
    ),
    Divergence(
        "a division by 0 is no error",
        (DATALOGIC,),
        "datalogic-py refuses to go on; a reactor with such a rule should say no, and the next one be asked",
        {"!!": [{"%": [1, {"var": "a"}]}]},
        {"a": 0},
        False,
        'error: Thrown: {"type":"NaN"} (in operator: %)',
        lambda case: None in _values(case, "/", "%"),
    ),
    Divergence(
        "a text is made of characters",
        (JAVASCRIPT,),
        "JavaScript counts UTF-16 units, and cuts what lies beyond the first 65,536 characters in two",
        {"substr": [{"var": "a"}, 1]},
        {"a": "\U0001f600!"},
        "!",
        "\ude00!",
        lambda case: any(ord(character) > 0xFFFF for character in case.rule + case.value),
    ),
    Divergence(
        "and and or of nothing are null",
        (JAVASCRIPT,),
        "JavaScript has undefined, which JSON cannot say",
        {"and": []},
        {},
        None,
        "undefined",
        _has('"and": []', '"or": []'),
    ),
    Divergence(
        "an empty object is true",
        (DATALOGIC,),
        "jsonlogic.com names what is false, and {} is not among it",
        {"!!": [{"var": "a"}]},
        {"a": {}},
        True,
        False,
        _has("{}"),
    ),
    Divergence(
        "arrays and texts have a length and texts have characters",
        (DATALOGIC,),
        "json-logic-js reaches into them, and rules are written for it",
        {"var": "a.length"},
        {"a": [1, 2]},
        2,
        None,
        _has(".length"),
    ),
    Divergence(
        "inside reduce everything is both",
        (DATALOGIC,),
        "json-logic-js gives an object of the element and the accumulator; datalogic-py the element alone",
        {"reduce": [[1], {"var": ""}, 0]},
        {},
        {"current": 1, "accumulator": 0},
        1,
        lambda case: '"reduce"' in case.rule and re.search(r'"var": \[?(""|null|\])', case.rule) is not None,
    ),
    Divergence(
        "a path becomes a text",
        (DATALOGIC,),
        "to json-logic-js an array is the text of its elements; datalogic-py stays where it is, and gives no default",
        {"var": [{"var": "a"}]},
        {"a": []},
        None,
        {"a": []},
        _has('"var": {', '"var": [{', '"var": [['),
    ),
    Divergence(
        "null and an empty text are missing",
        (DATALOGIC,),
        "jsonlogic.com asks for data that is filled in; to datalogic-py whatever is there is not missing",
        {"missing": ["a", "b"]},
        {"a": None, "b": ""},
        ["a", "b"],
        [],
        lambda case: "missing" in case.rule and ("null" in case.value or '""' in case.value),
    ),
    Divergence(
        "missing looks where var looks",
        (DATALOGIC,),
        "inside reduce that is the current element and the accumulator; datalogic-py finds neither",
        {"reduce": [[1], {"missing": ["current"]}, 0]},
        {},
        [],
        ["current"],
        lambda case: "missing" in case.rule and ('"current' in case.rule or '"accumulator' in case.rule),
    ),
    Divergence(
        "a null is an element",
        (DATALOGIC,),
        "json-logic-js merges whatever an array holds; datalogic-py leaves null out",
        {"merge": [[1, {"var": "a"}], [2]]},
        {"a": None},
        [1, None, 2],
        [1, 2],
        lambda case: any(None in merged for merged in _values(case, "merge")),
    ),
    Divergence(
        "a fraction of a character is none",
        (DATALOGIC,),
        "json-logic-js cuts fractions off; datalogic-py takes all that is left for a length of 1.5",
        {"substr": ["web", 1, {"var": "a"}]},
        {"a": Decimal("1.5")},
        "e",
        "eb",
        lambda case: '"substr"' in case.rule and any(map(_is_fraction, [case.rule, *(w for _, w in case.parts)])),
    ),
    Divergence(
        "an empty text holds nothing",
        (DATALOGIC,),
        "json-logic-js finds nothing in what is false, not even an empty text",
        {"in": ["", {"var": "a"}]},
        {"a": ""},
        False,
        True,
        lambda case: '"in"' in case.rule and ('""' in case.rule + case.value or "" in [w for _, w in case.parts]),
    ),
    Divergence(
        "log is an operator",
        (DATALOGIC,),
        "it is listed on jsonlogic.com, and unknown to datalogic-py",
        {"log": [1]},
        {},
        1,
        "error: Invalid operator: log (in operator: log)",
        _has('"log"'),
    ),
]


def _oracle(name: str) -> Oracle:
    if name == JAVASCRIPT:
        try:
            javascript.installed()
        except javascript.Unavailable as reason:
            pytest.skip(f"json-logic-js is unavailable: {reason}")
    return ORACLES[name]


@lru_cache(maxsize=1)
def _rules(round_: int) -> list[Batch]:
    """Generate rules until there are enough that no known divergence affects."""
    found: list[Batch] = []
    enough, making = set[str](), batches(Random(SEED + round_))
    while len(enough) < RULES:
        found.append(next(making))
        enough.update(each[0].rule for each in found[-1] if all(_is_comparable(each, name) for name in ORACLES))
    return found


def _is_comparable(each: list[Case], name: str) -> bool:
    return any(not _diverges(case, name) for case in each)


def _diverges(case: Case, name: str) -> bool:
    return any(name in divergence.oracles and divergence.affects(case) for divergence in DIVERGENCES)


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.timeout(600 * max(1, TRIES))
def test_another_engine_agrees_on_20_000_well_typed_rules(name):
    oracle = _oracle(name)

    for round_ in range(max(1, TRIES)):
        made = _rules(round_)
        cases = [case for batch in made for each in batch for case in each]
        answers = list(oracle(made))
        both = zip(cases, answers, strict=True)
        compared = [(case, answer) for case, answer in both if not _diverges(case, name)]

        assert [(case, theirs) for case, theirs in compared if not same(case.value_of_rule, theirs)][:3] == []
        assert len({case.rule for case, _ in compared}) >= RULES


_PROOFS = [(divergence, name) for divergence in DIVERGENCES for name in divergence.oracles]


@pytest.mark.parametrize(("divergence", "name"), _PROOFS, ids=lambda part: getattr(part, "name", part))
def test_a_known_divergence_still_diverges_and_is_excluded(divergence, name):
    oracle, example = _oracle(name), case(divergence.rule, divergence.value)

    (theirs,) = oracle([[[example]]])

    assert example.value_of_rule == divergence.ours
    assert theirs == divergence.theirs
    assert divergence.affects(example)


def test_null_equals_only_null():
    """As in json-logic-js. In datalogic-py null also equals 0, "" and false, so it is compared by `===`."""
    loose, strict = ({operator: [{"var": "a"}, 0]} for operator in ("==", "==="))

    assert list(ask_datalogic([[[case(loose, {"a": None})]]])) == [False]
    assert rules.evaluate(loose, {"a": None}) is rules.evaluate(strict, {"a": None}) is False


_OPERATORS = ("+", "-", "*", "/", "min", "max")


def _sum(random: Random, depth: int) -> Any:
    """Generate arithmetic on fractions that a double cannot hold, with divisors far from 0."""
    if not depth:
        return random.choice([{"var": "a"}, {"var": "b"}, Decimal("0.1"), Decimal("2.3"), 7])
    operator = random.choice(_OPERATORS)
    right = random.choice([3, 7, Decimal("0.7")]) if operator == "/" else _sum(random, depth - 1)
    return {operator: [_sum(random, depth - 1), right]}


@pytest.mark.parametrize("name", ORACLES)
def test_another_engine_agrees_on_fractions_within_its_rounding_error(name):
    """Each of at most 15 operations has a rounding error of 2^-53: together less than 10^-12 of the largest value."""
    random = Random(SEED)
    value = {"a": Decimal("19.99"), "b": Decimal("0.01")}
    made = [[[case(_sum(random, random.choice([1, 2, 3, 4])), value)] for _ in range(2_000)]]

    answers = list(_oracle(name)(made))

    for (example,), theirs in zip(made[0], answers, strict=True):
        largest = max(abs(value) for _, value in example.parts)
        assert abs(float(example.value_of_rule) - theirs) <= 1e-12 * max(1.0, float(largest)), example
