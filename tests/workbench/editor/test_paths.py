"""The paths of an editor are those of the checker of rules."""

import random
import re
from decimal import Decimal

import pytest

from loyalty.calendar import Duration
from loyalty.program.expiry import Never
from loyalty.program.scope import scope
from loyalty.program.tiers import DEFAULT_SET, Tier, TierSet
from loyalty.program.wallets import Wallet
from rules.types import ANY, NEVER, NUMBER, TEXT, Type, array, optional, record, step_into, type_of_schema, union
from workbench.editor import paths

ITEM = record({"sku": TEXT, "price": optional(NUMBER), "parts": array(record({"name": TEXT}))})
BODY = type_of_schema(
    {
        "type": "object",
        "required": ["total"],
        "properties": {
            "total": {"type": "number"},
            "channel": {"enum": ["web", "store"]},
            "odd $name [1]": {"type": "object", "properties": {"a|b": {"type": "string"}, "c.d": {"type": "number"}}},
            "free": {"type": "object"},
            "typed": {"type": "object", "additionalProperties": {"type": "object", "properties": {"x": {}}}},
            "prefixed": {"type": "object", "patternProperties": {"^x-": {"type": "string"}}},
            "either": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"properties": {"y": {}}}}]},
            "pair": {"prefixItems": [{"type": "object", "properties": {"z": {}}}], "type": "array", "items": False},
        },
    }
)
GOLD = TierSet(
    DEFAULT_SET,
    "Tiers",
    (Tier("gold", "gold", Decimal(0)),),
    "earned_points",
    Wallet("points", "points", True, 0, Duration(), Never()),
)
TYPES = {
    "scope": scope(BODY, wallets=["points"], tier_sets={DEFAULT_SET: GOLD}),
    "item": ITEM,
    "fold": record({"current": ITEM, "accumulator": ANY}),
    "text": TEXT,
    "number": NUMBER,
    "list": array(ITEM),
    "either": union(TEXT, ITEM),
    "anything": ANY,
    "never": NEVER,
}
STEPS = (
    *("event", "body", "total", "channel", "odd $name [1]", "a|b", "free", "typed", "prefixed", "x-y", "x", "either"),
    *("y", "pair", "z", "member", "attributes", "wallets", "points", "badges", "now", "sku", "price", "parts", "name"),
    *("current", "accumulator", "length", "0", "7", "12", "nothing", "evnt", "odd", "c"),
)


def leads(of: Type, path: str) -> bool:
    """Whether the checker lets a path pass."""
    found: Type | None = of
    for step in path.split(".") if path else ():
        found = step_into(found, step) if found is not None else None
    return found is not None


@pytest.mark.parametrize("name", list(TYPES))
def test_the_pattern_takes_a_path_when_the_checker_does(name: str) -> None:
    dice, of = random.Random(name), TYPES[name]
    known, tried = [""], {""}
    for _ in range(4000):
        path = ".".join(filter(None, (dice.choice(known), dice.choice(STEPS))))
        if path not in tried and path.count(".") < 8:
            tried.add(path)
            known += [path] if leads(of, path) else []

    pattern = re.compile(paths.pattern(of))

    assert [path for path in sorted(tried) if bool(pattern.search(path)) is not leads(of, path)] == []


@pytest.mark.parametrize("name", list(TYPES))
def test_what_is_proposed_leads_somewhere(name: str) -> None:
    proposed = paths.proposed(TYPES[name])

    assert [path for path in proposed if not leads(TYPES[name], path)] == []


def test_what_a_rule_can_read_is_proposed_with_what_it_is_worth() -> None:
    proposed = paths.proposed(TYPES["scope"])

    assert proposed["event.body.total"] == "a number"
    assert proposed["event.body.channel"] == "text or null: web, store"
    assert proposed["member.tier"] == "text: gold"
    assert proposed["now"] == "a date"
    assert "event.body" not in proposed


def test_a_loop_over_an_array_sees_its_elements() -> None:
    found = dict(paths.arrays(TYPES["fold"]))

    assert found == {"current.parts": record({"name": TEXT})}
    assert dict(paths.arrays(array(TEXT))) == {"": TEXT}
