"""Attributes that the program declares: typed for rules, and refused otherwise."""

from decimal import Decimal
from typing import Any

import pytest

from loyalty.events.decide import member_values
from loyalty.members.attributes import checked_attributes
from loyalty.program.attributes import readable_attributes
from loyalty.refusals import InvalidAttribute
from loyalty.store.members import Member
from program_files import read_program
from tests.kit import programs
from tests.loyalty.members.test_changes import NOW, Club

DECLARED = """
attributes:
  shoe_size: {type: number, minimum: 15, maximum: 60}
  roast: {enum: [light, dark]}
  newsletter: {type: boolean}
  favourites: {type: array, items: {type: string}}
"""
PROGRAM = read_program(programs.files(program=programs.PROGRAM + DECLARED))


@pytest.fixture
def club() -> Club:
    return Club(program=PROGRAM)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("shoe_size", 42, 42),
        ("shoe_size", "42.5", Decimal("42.5")),
        ("newsletter", "true", True),
        ("roast", "dark", "dark"),
        ("favourites", ["tea"], ["tea"]),
        ("nickname", "42", "42"),
    ],
)
def test_an_attribute_is_kept_as_the_program_declares_it(club: Club, name: str, value: Any, kept: Any) -> None:
    club.change(attributes={name: value})

    assert club.member.attributes[name] == kept
    assert type(club.member.attributes[name]) is type(kept)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("shoe_size", "14", "14 is less than the minimum of 15"),
        ("shoe_size", "tall", '"tall" is not of type "number"'),
        ("shoe_size", "true", '"true" is not of type "number"'),
        ("newsletter", "1", '"1" is not of type "boolean"'),
    ],
)
def test_a_number_in_a_text_is_refused_for_what_is_wrong_with_the_number(name: str, value: str, why: str) -> None:
    with pytest.raises(InvalidAttribute, match=why):
        checked_attributes(PROGRAM, {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("shoe_size", "tall"), ("shoe_size", 61), ("shoe_size", "true"), ("roast", "burnt"), ("favourites", "tea")],
)
def test_a_value_that_the_schema_refuses_changes_nothing(club: Club, name: str, value: Any) -> None:
    before = club.member.attributes
    with pytest.raises(InvalidAttribute, match=f"this value of attribute {name}: .*; send one that fits"):
        club.change(attributes={"nickname": "Ann", name: value})

    assert (club.member.attributes, club.recorded) == (before, [])


def test_null_removes_an_attribute(club: Club) -> None:
    club.change(attributes={"shoe_size": 40})

    assert club.change(attributes={"shoe_size": None}) == ["attributes"]
    assert "shoe_size" not in club.member.attributes


def test_members_are_registered_with_attributes_as_declared_or_not_at_all() -> None:
    assert checked_attributes(PROGRAM, {"shoe_size": "39", "shop": "17"}) == {"shoe_size": 39, "shop": "17"}
    with pytest.raises(InvalidAttribute):
        checked_attributes(PROGRAM, {"roast": 3})


def test_rules_read_stored_values_as_declared_and_none_that_do_not_fit() -> None:
    stored = {"shoe_size": "41", "roast": "burnt", "shop": 17}
    ann = Member(id="ann", registered_at=NOW, tier=None, attributes=stored)

    assert member_values(PROGRAM, ann)["attributes"] == {"shoe_size": 41, "shop": 17}
    assert readable_attributes({}, stored) is stored
