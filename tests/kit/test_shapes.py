"""The language of shapes finds what is wrong in a value."""

from decimal import Decimal

from tests.kit.shapes import (
    ANYTHING,
    COUNT,
    EMAIL,
    FLAG,
    ID,
    NUMBER,
    OBJECT,
    TEXT,
    TIME,
    Nullable,
    Shape,
    faults,
    one_of,
    words,
)

BOOKING: dict[str, Shape] = {
    "id!": ID,
    "at!": TIME,
    "guest": EMAIL,
    "seats": COUNT,
    "price": Nullable(NUMBER),
    "paid": FLAG,
    "table!": words("inside", "outside"),
    "dishes": [{"name!": TEXT}],
    "for": one_of({"child!": TEXT, "age!": COUNT}, {"adult!": TEXT}),
    "extras": OBJECT,
    "note": ANYTHING,
}
GOOD = {"id": "0190f2a0-0000-7000-8000-000000000001", "at": "2026-03-01T19:30:00+01:00", "table": "inside"}
WRONG = {
    "id": (7, "7", "0190F2A0-0000-7000-8000-000000000001"),
    "at": ("2026-03-01", "2026-03-01T19:30:00", "tonight"),
    "guest": ("ann", None),
    "seats": (2.5, Decimal(2), True, "2"),
    "price": (2.5, True, "2"),
    "paid": (1, None),
    "table": ("roof", None),
    "dishes": ({}, None, "soup"),
    "for": ({}, None, {"child": "Ann"}),
    "extras": ([], None),
}
RIGHT = {
    "guest": ("ann@example.com",),
    "seats": (2,),
    "price": (2, Decimal("2.5"), None),
    "dishes": ([], [{"name": "soup"}]),
    "for": ({"child": "Ann", "age": 7}, {"adult": "Bert"}),
    "extras": ({}, {"any": 1}),
    "note": (None, 1, {"any": [1]}),
}


def test_what_has_its_shape_has_no_fault() -> None:
    found = [faults(BOOKING, GOOD | {name: value}) for name, values in RIGHT.items() for value in values]

    assert faults(BOOKING, GOOD) == []
    assert [each for each in found if each] == []


def test_what_has_another_type_or_form_is_a_fault() -> None:
    unseen = [(n, value) for n, values in WRONG.items() for value in values if not faults(BOOKING, GOOD | {n: value})]

    assert unseen == []


def test_a_fault_says_where_it_is_and_what_it_is() -> None:
    value = {"id": "7", "at": GOOD["at"], "dishes": [{"name": "soup"}, {"nam": 1}], "for": {"adult": 1}, "colour": 1}

    assert sorted(faults(BOOKING, value, "booking")) == [
        "booking.colour: unknown",
        "booking.dishes[1].nam: unknown",
        "booking.dishes[1].name: missing",
        "booking.for.adult: 1 is not a text",
        "booking.id: '7' is not a UUID",
        "booking.table: missing",
    ]
