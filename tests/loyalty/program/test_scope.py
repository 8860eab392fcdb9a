"""The type that rules are checked against is the type of the values they get."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from loyalty.events.decide import rule_input
from loyalty.program.scope import scope
from loyalty.store.events import Event
from loyalty.store.members import Balance, Member
from program_files import read_program
from rules import types
from tests.kit.amounts import points

NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)
FULL = {
    "email": "a@b.example",
    "phone": "+48123456789",
    "tier": "gold",
    "profile": {
        "firstName": "Ada",
        "lastName": "L",
        "gender": "female",
        "birthDate": "1990-01-31",
        "address": {"city": "Kraków", "country": "PL"},
    },
    "attributes": {"size": 3, "tags": ["a", None]},
    "balances": {"points": Balance(active=points(5), earned=points(9)), "miles": Balance(active=points("1.5"))},
    "badges": ("early-bird",),
}
PROGRAM = read_program(
    {
        "program.yaml": b"store: S\ntimezone: UTC\nwallets: {points: {default: true}, miles: {decimals: 2}}\n"
        b"tiers: [{tier: bronze, from: 0}, {tier: gold, from: 10}]\n"
    }
)
SCOPE = scope(types.record({}), wallets=PROGRAM.wallets, tier_sets=PROGRAM.tier_sets)


def input_of(**facts: Any) -> dict[str, Any]:
    """What rules get for a member with these facts."""
    member = Member("m", NOW, **facts)
    return rule_input(PROGRAM, member, Event("e", "login", "m", NOW, {}), now=NOW)


@pytest.mark.parametrize("facts", [{"tier": "bronze"}, FULL], ids=["few", "all"])
def test_the_input_of_rules_has_the_type_they_are_checked_against(facts: dict[str, Any]) -> None:
    found = types.type_of_value(input_of(**facts))

    assert types.fits(found, SCOPE)


def test_a_member_with_all_facts_has_every_field_of_the_type() -> None:
    found = input_of(**FULL)

    assert {name for name, _ in SCOPE.fields} == set(found)
    assert {name for name, _ in dict(SCOPE.fields)["member"].fields} == set(found["member"])
    assert found["member"]["wallets"]["miles"] == Decimal("1.5")


def test_without_a_tier_that_begins_at_0_a_member_may_have_none() -> None:
    late = replace(PROGRAM, tiers=PROGRAM.tiers[1:])
    some = scope(types.ANY, wallets=["points"], tier_sets=late.tier_sets)

    assert types.fits(types.ABSENT, dict(dict(some.fields)["member"].fields)["tier"])
    assert not types.fits(types.ABSENT, dict(dict(SCOPE.fields)["member"].fields)["tier"])
