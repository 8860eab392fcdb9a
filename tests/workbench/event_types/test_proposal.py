"""Event types from samples: the file that is proposed reads as an event type that the sample fits."""

import pytest

from loyalty.program.event_types import EventType
from program_files import read_program
from tests.kit.programs import files
from workbench.event_types.fields import BodyField, WrongFields, fields_of, schema_of
from workbench.event_types.file import event_type_file
from workbench.event_types.proposal import NoSample, propose_event_type

SALE = {
    "transactionId": "T-1",
    "total": 12.5,
    "paid": True,
    "on": "2026-05-01",
    "at": "2026-05-01T10:00:00Z",
    "customer": {"city": "Łódź", "tags": ["new"]},
    "items": [{"sku": "1", "price": 2}, {"sku": "2", "price": 3, "note": "hot"}],
}


def read_back(name: str, text: str) -> EventType:
    """The event type that a program with this file has."""
    return read_program(files() | {f"events/{name}.yaml": text.encode()}).event_types[name]


def proposed(sample: object, name: str = "sale") -> EventType:
    return read_back(name, event_type_file(name, "", propose_event_type(sample).fields))


def test_a_sample_proposes_every_field_with_its_type() -> None:
    fields = {each.path: (each.type, each.required) for each in propose_event_type(SALE).fields}

    assert fields == {
        "transactionId": ("text", True),
        "total": ("number", True),
        "paid": ("boolean", True),
        "on": ("date", True),
        "at": ("datetime", True),
        "customer": ("object", True),
        "customer.city": ("text", True),
        "customer.tags": ("collection", True),
        "customer.tags[]": ("text", False),
        "items": ("collection", True),
        "items[]": ("object", False),
        "items[].sku": ("text", True),
        "items[].price": ("number", True),
        "items[].note": ("text", False),
    }


def test_what_every_sample_has_is_required() -> None:
    event_type = proposed(SALE)

    for name in SALE:
        assert not event_type.body.is_valid({key: value for key, value in SALE.items() if key != name}), name
    assert event_type.body.is_valid({**SALE, "items": [{"sku": "1", "price": 2}]})


def test_a_report_gives_the_name_too_and_several_say_what_is_optional() -> None:
    found = propose_event_type(
        [{"event": {"type": "in_store_sale", "body": {"total": 1, "shop": "A"}}}, {"type": "x y", "body": {"total": 2}}]
    )

    assert (found.name, found.title) == ("in_store_sale", "In store sale")
    assert [(each.path, each.required) for each in found.fields] == [("total", True), ("shop", False)]


DEEP: object = 1
for _ in range(20):
    DEEP = {"inner": DEEP}


@pytest.mark.parametrize(
    ("sample", "note"),
    [
        (SALE, ""),
        ({}, ""),
        ({"a": None, "b": [], "c": [1, "x"], "d": [None, 1]}, "a is null"),
        ({"a.b": 1, "": 2, "c[]": 3, "line\nbreak": 4, "x" * 100: 5, " pad": 6, "good key": 7}, "'a.b' is left out"),
        ({"a": DEEP}, "lies too deep"),
        ({"a": [[[[[[[[1]]]]]]]]}, "lies too deep"),
        ({"text": "x" * 10_000, "<script>alert(1)</script>": "<b>", "\u202e": 1}, "is left out"),
        ({f"field{number}": number for number in range(500)}, "only the first 200"),
        ({"yes": 1, "null": 2, "1": 3, "-": 4, "#": 5, '"': 6, "\\": 7, "key: ": 8, "ключ": 9, "😀": 10}, "'key: '"),
        ([{"a": 1}, {"a": "x"}, {"a": "2026-05-01"}], ""),
        ([{"a": "x"}, {"a": "2026-05-01"}], ""),
        ({"n": 10**40, "m": -1, "d": "2026-99-99"}, ""),
    ],
)
def test_a_sample_fits_the_event_type_that_it_proposes(sample: object, note: str) -> None:
    event_type = proposed(sample)

    for body in sample if isinstance(sample, list) else [sample]:
        assert not list(event_type.body.faults(body))
    assert note in "; ".join(propose_event_type(sample).notes)


@pytest.mark.parametrize("sample", [None, 1, "text", [], [1], [{}, "x"], [{}] * 101, True])
def test_what_is_no_event_proposes_nothing(sample: object) -> None:
    with pytest.raises(NoSample):
        propose_event_type(sample)


def test_fields_are_written_with_choices_descriptions_and_as_they_are_read_again() -> None:
    fields = [
        BodyField("channel", "text", required=True, choices=["web", "store: 2", "yes"], description="Where: 'there'"),
        BodyField("stars", "integer", choices=["1", "5"]),
        BodyField("items", "collection"),
        BodyField("items[]", "object"),
        BodyField("items[].sku", "text", required=True),
    ]

    text = event_type_file("review", 'A "review": good', fields)
    read = read_back("review", text)

    assert read.title == 'A "review": good'
    assert read.body.schema == schema_of(fields)
    assert [each.path for each in fields_of(read.body.schema)] == [each.path for each in fields]
    assert fields_of(read.body.schema)[0] == fields[0]
    assert read.body.is_valid({"channel": "yes", "stars": 5, "items": [{"sku": "1"}]})
    assert not read.body.is_valid({"channel": "web", "stars": 2})
    assert not read.body.is_valid({"channel": "web", "items": [{}]})


@pytest.mark.parametrize(
    ("field", "key"),
    [
        (BodyField("", "text"), "path"),
        (BodyField("a..b", "text"), "path"),
        (BodyField("a[0]", "text"), "path"),
        (BodyField("[]", "text"), "path"),
        (BodyField("missing.inner", "text"), "path"),
        (BodyField("known.inner", "text"), "path"),
        (BodyField("known[]", "text"), "path"),
        (BodyField("known", "text"), "path"),
        (BodyField(".".join("abcdefg"), "text"), "path"),
        (BodyField("x", "boolean", choices=["a"]), "choices"),
        (BodyField("x", "integer", choices=["1.5"]), "choices"),
        (BodyField("x", "number", choices=["true"]), "choices"),
        (BodyField("x", "text", choices=["a\nb"]), "choices"),
        (BodyField("x", "text", description="x" * 501), "description"),
    ],
)
def test_a_field_that_makes_no_schema_is_named(field: BodyField, key: str) -> None:
    with pytest.raises(WrongFields) as wrong:
        schema_of([BodyField("known", "text"), field])

    assert [(each.index, each.key) for each in wrong.value.faults] == [(1, key)]


def test_a_schema_that_says_more_is_shown_as_far_as_it_goes() -> None:
    schema = {
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"const": 3},
            "c": True,
            "d": {"$ref": "#/x"},
            "e": {"enum": []},
        },
        "required": "nonsense",
    }

    assert [(each.path, each.type) for each in fields_of(schema)] == [(name, "any") for name in "abcde"]
    assert fields_of(True) == fields_of({"properties": 1}) == []
