import pytest

from rules import types
from rules.types import (
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    NumberType,
    Range,
    array,
    fits,
    intersection,
    nullable,
    number_type,
    one_of,
    optional,
    record,
    union,
)

SOME = [ANY, BOOLEAN, NEVER, NULL, NUMBER, TEXT, one_of("a", "b"), array(TEXT), nullable(NUMBER), record({"a": TEXT})]
SOME += [
    one_of(True),
    number_type(within=Range(0, 5)),
    types.ArrayType(TEXT, (one_of("a"),), 1),
    types.TextType(("a",), open=True),
]


@pytest.mark.parametrize("one", SOME, ids=str)
@pytest.mark.parametrize("other", SOME, ids=str)
def test_types_fit_their_union_and_their_intersection_fits_them(one, other):
    assert fits(one, union(one, other))
    assert fits(other, union(one, other))
    assert fits(intersection(one, other), one)
    assert fits(intersection(one, other), other)


def test_the_union_of_lists_of_values_has_all_values():
    assert union(one_of("a", 1), one_of("b", 1)) == one_of("a", "b", 1)
    assert union(one_of("a"), TEXT) == TEXT


def test_narrowing_by_truth_splits_lists_of_values():
    several = union(one_of("", "a", 0, 2, None), BOOLEAN)

    assert types.truthy_only(several) == union(types.TextType(("a",)), NumberType((2,), zero=False), one_of(True))
    assert types.falsy_only(several) == union(one_of("", 0, None), one_of(False))


@pytest.mark.parametrize(
    ("type_", "truth"),
    [
        (one_of(True, 1, "a"), True),
        (one_of(False, 0, "", None), False),
        (one_of(True, False), None),
        (number_type(within=Range(0)), None),
        (number_type(within=Range(0, above=True)), True),
        (types.DATED_TEXT, True),
        (TEXT, None),
        (array(NEVER), False),
        (types.ArrayType(TEXT, least=1), True),
        (record({}), True),
        (types.TextType(("a",), open=True), None),
        (ANY, None),
        (NEVER, None),
    ],
    ids=str,
)
def test_the_definite_truth_of_a_type(type_, truth):
    assert types.definite_truth(type_) is truth


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (Range(0), Range(None, 5, below=True), Range(0, 5, below=True)),
        (Range(0, above=True), Range(0), Range(0, above=True)),
        (Range(0, 9), Range(3, 4), Range(3, 4)),
    ],
)
def test_ranges_have_an_intersection_and_fit_their_union(one, other, common):
    assert intersection(number_type(within=one), number_type(within=other)) == number_type(within=common)
    assert fits(number_type(within=one), union(number_type(within=one), number_type(within=other)))
    assert fits(number_type(within=other), union(number_type(within=one), number_type(within=other)))


def test_disjoint_ranges_have_no_intersection_and_a_single_point_is_a_value():
    assert intersection(number_type(within=Range(5)), number_type(within=Range(None, 5, below=True))) == NEVER
    assert intersection(number_type(within=Range(5)), number_type(within=Range(None, 5))) == one_of(5)
    assert intersection(number_type(within=Range(1)), one_of(0, 1, 2)) == one_of(1, 2)


def test_excluding_the_values_of_an_open_enum_never_leaves_nothing():
    tiers = types.TextType(("silver", "gold"), open=True)

    assert types.excluding(tiers, ["silver"]) == types.TextType(("gold",), open=True)
    assert types.excluding(types.excluding(tiers, ["silver"]), ["gold"]) != NEVER
    assert types.excluding(one_of("silver"), ["silver"]) == NEVER
    assert intersection(tiers, one_of("gold")) == one_of("gold")
    assert intersection(tiers, one_of("brass")) == NEVER


def test_many_records_are_merged_into_one_supertype():
    several = [record({"kind": one_of(str(each)), "a": TEXT}) for each in range(40)]

    joined = union(*several)

    assert isinstance(joined, types.RecordType)
    assert all(fits(each, joined) for each in several)


def test_elements_have_a_type_by_position():
    pair = types.ArrayType(union(NUMBER, TEXT), (NUMBER, TEXT), 1)

    assert types.step_into(pair, "0") == NUMBER
    assert types.step_into(pair, "1") == optional(TEXT)
    assert types.step_into(pair, "2") == optional(union(NUMBER, TEXT))
    assert types.step_into(pair, "01") is None
    assert types.step_into(pair, "length") == number_type(within=Range(1))


def test_narrowing_an_element_makes_it_and_the_elements_before_it_present():
    items = array(record({"sku": optional(TEXT)}))

    there = types.narrowed(items, ("1", "sku"), types.present)

    assert types.step_into(there, "1") == record({"sku": TEXT})
    assert types.step_into(there, "0") == record({"sku": optional(TEXT)})
    assert types.step_into(there, "2") == optional(record({"sku": optional(TEXT)}))


@pytest.mark.parametrize(
    ("path", "suggestion"),
    [
        ("event.body.totl", "event.body.total"),
        ("event.bdy.total", "event.body.total"),
        ("event.bdy.totl", "event.body"),
        ("total", "event.body.total"),
        ("body.total", "event.body.total"),
        ("event.total", "event.body.total"),
        ("evnt.body.total", "event.body.total"),
        ("event.body.nothing", None),
        ("event.body.address.x", None),
        ("zzz", None),
    ],
)
def test_a_path_that_does_not_exist_gets_a_suggestion(path, suggestion):
    body = record({"total": NUMBER, "address": record({"city": TEXT})})
    scope = record({"event": record({"type": TEXT, "body": body}), "now": types.INSTANT})

    assert types.closest_path(scope, tuple(path.split("."))) == suggestion


def test_a_field_with_a_known_prefix_has_its_type_and_no_other_field_is_known():
    labels = types.RecordType((), None, open=True, prefixed=(("x-", optional(TEXT)),))

    assert types.step_into(labels, "x-a") == optional(TEXT)
    assert types.step_into(labels, "y") is None


def test_narrowing_a_field_makes_its_parent_present():
    scope = record({"a": optional(record({"b": optional(TEXT), "c": NUMBER}))})

    there = types.narrowed(scope, ("a", "b"), types.present)

    assert there == record({"a": record({"b": TEXT, "c": NUMBER})})


def test_narrowing_drops_the_variants_that_do_not_match():
    payment = union(record({"kind": one_of("card"), "number": TEXT}), record({"kind": one_of("cash")}))

    card = types.narrowed(payment, ("kind",), lambda kind: intersection(kind, one_of("card")))

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
def test_a_type_is_described_in_words(type_, words):
    assert types.described(type_) == words
