import pytest

from rules import types
from rules.types import (
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    Number,
    array,
    both,
    fits,
    nullable,
    one_of,
    optional,
    record,
    union,
)

SOME = [ANY, BOOLEAN, NEVER, NULL, NUMBER, TEXT, one_of("a", "b"), array(TEXT), nullable(NUMBER), record({"a": TEXT})]


@pytest.mark.parametrize("one", SOME, ids=str)
@pytest.mark.parametrize("other", SOME, ids=str)
def test_a_union_holds_both_and_what_is_common_fits_both(one, other):
    assert fits(one, union(one, other))
    assert fits(other, union(one, other))
    assert fits(both(one, other), one)
    assert fits(both(one, other), other)


def test_lists_of_values_are_joined():
    assert union(one_of("a", 1), one_of("b", 1)) == one_of("a", "b", 1)
    assert union(one_of("a"), TEXT) == TEXT


def test_truth_tells_values_apart():
    several = union(one_of("", "a", 0, 2, None), BOOLEAN)

    assert types.truthy(several) == union(types.Text(("a",)), Number((2,), zero=False), BOOLEAN)
    assert types.falsy(several) == union(one_of("", 0, None), BOOLEAN)


def test_narrowing_a_field_makes_what_it_lies_in_present():
    scope = record({"a": optional(record({"b": optional(TEXT), "c": NUMBER}))})

    there = types.narrowed(scope, ("a", "b"), types.present)

    assert there == record({"a": record({"b": TEXT, "c": NUMBER})})


def test_narrowing_drops_the_objects_that_cannot_be_meant():
    payment = union(record({"kind": one_of("card"), "number": TEXT}), record({"kind": one_of("cash")}))

    card = types.narrowed(payment, ("kind",), lambda kind: both(kind, one_of("card")))

    assert card == record({"kind": one_of("card"), "number": TEXT})


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (NUMBER, "a number"),
        (nullable(TEXT), "text or null"),
        (NEVER, "nothing"),
        (array(NUMBER), "an array"),
        (ANY, "anything"),
    ],
)
def test_a_type_has_words(type_, words):
    assert types.described(type_) == words
