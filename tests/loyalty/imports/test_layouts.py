"""How files are laid out, and what is wrong with those that cannot be read."""

from decimal import Decimal
from typing import Any

import pytest

from loyalty.imports.columns import COLUMNS, LineFault
from loyalty.imports.layouts import FileFault, layout_of, values_of
from loyalty.imports.records import Record
from loyalty.spreadsheets import csv_line
from loyalty.store.imports import ImportType, Layout

POINTS: ImportType = "unitTransferAdding"


def values(line: bytes, header: bytes = b"email,points", type_: ImportType = POINTS) -> dict[str, Any]:
    """What a line of CSV says under a header."""
    layout, _ = layout_of(header + b"\n", type_)
    return values_of(Record(2, line), layout, type_)


@pytest.mark.parametrize(
    ("beginning", "layout", "offset"),
    [
        (b"email,points\n", Layout("csv", ["email", "points"]), 13),
        (b"\xef\xbb\xbfemail;points\r\n", Layout("csv", ["email", "points"], ";"), 17),
        (b'"email"\t"points"\nx', Layout("csv", ["email", "points"], "\t"), 17),
        (b'{"email": "a"}', Layout("jsonl"), 0),
        (b'\xef\xbb\xbf\n {"email": "a"}', Layout("jsonl"), 3),
        (b"points,email", Layout("csv", ["points", "email"]), 12),
        (b"\xef\xbb\xbfemail;points;;\r\na;1;;\r\n", Layout("csv", ["email", "points"], ";"), 19),
        (b"sep=;\r\nemail;points\r\n", Layout("csv", ["email", "points"], ";"), 21),
        (b'"sep=\t"\nemail\tpoints\n', Layout("csv", ["email", "points"], "\t"), 21),
    ],
)
def test_the_beginning_of_a_file_says_how_it_is_laid_out(beginning: bytes, layout: Layout, offset: int):
    found, place = layout_of(beginning, POINTS)

    assert (found, place.offset) == (layout, offset)


@pytest.mark.parametrize(
    ("beginning", "cure"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\n", "empty"),
        (b"\x1f\x8b\x08\0abc", "gzip: unpack it"),
        (b"PK\x03\x04rest", "is it a spreadsheet?"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "save it as CSV UTF-8"),
        (b"sep=;\n", "send a header"),
        (b",,,\n", "column 1 of the header has no name"),
        (b"email,,points\n", "column 2 of the header has no name"),
        (b"mail;amount\n", "the column 'mail'"),
        ("email,points\n".encode("utf-16"), "save it as UTF-8"),
        ("email,points\n".encode("utf-16-le"), "save it as UTF-8"),
        (b"email,p\xe9ints\n", "0xe9, is not UTF-8"),
        (b"emial,points\n", "did you mean email?"),
        (b"email,points,points\n", "twice"),
        (b"email,comment\n", "lacks points"),
        (b"anna@example.com,100\n", "there are customerId, email"),
        (b"email,points,zz\n", "'zz'"),
        (b"email,points," + b"x," * 10_000_000, "longer than 64 KiB"),
        (b'email,"points\n', "did you mean points?"),
        (b"email,points\ra@example.com,1\rb@example.com,2", "save the file with line feeds"),
        (b'{"email": "a"}\r{"email": "b"}', "save the file with line feeds"),
        (b'[{"email": "a@example.com", "points": 1}]', "without brackets"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_cure(beginning: bytes, cure: str):
    with pytest.raises(FileFault) as raised:
        layout_of(beginning, POINTS)

    assert cure in str(raised.value)


def test_empty_cells_beyond_the_table_are_ignored():
    assert values(b"anna@example.com;5;;", b"email;points;;\n") == {"email": "anna@example.com", "points": 5}


@pytest.mark.parametrize(
    ("cell", "points"), [("1.000", None), ("12.500", None), ("1.0000", 1), ("1000", 1000), ("0.125", Decimal("0.125"))]
)
def test_what_may_be_a_thousand_is_refused_where_commas_are_decimal_points(cell: str, points: Any):
    line = f"anna@example.com;{cell}".encode()

    if points is None:
        with pytest.raises(LineFault, match=f"write it as {cell.replace('.', '')} or {cell}0"):
            values(line, b"email;points\n")
    else:
        assert values(line, b"email;points\n")["points"] == points
    assert values(line.replace(b";", b","), b"email,points\n")["points"] == Decimal(cell)


@pytest.mark.parametrize("text", ["=1+1", "+48 600 100 200", "'=x", "''-", "'s-Hertogenbosch", "@home"])
def test_a_text_that_an_export_kept_from_being_run_is_read_as_it_was(text: str):
    line = csv_line(["anna@example.com", "1", text]).encode().rstrip()

    assert values(line, b"email,points,comment\n")["comment"] == text


def test_cells_are_read_by_their_columns():
    header = ",".join(column.name for column in COLUMNS[POINTS]).encode()

    found = values(b',anna@example.com,,, 12.50 ,points," a, ""b""",x-1,30,0,TRUE', header)

    assert found == {
        "email": "anna@example.com",
        "points": Decimal("12.50"),
        "walletCode": "points",
        "comment": 'a, "b"',
        "externalTransferId": "x-1",
        "expiresInDays": 30,
        "lockedUntilDays": 0,
        "qualifies": True,
    }


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        (b"anna@example.com", "wrongNumberOfCells", ""),
        (b"anna@example.com,1,x", "wrongNumberOfCells", ""),
        (b"anna@example.com,", "missing", "points"),
        (b"anna@example.com,ten", "invalid", "points"),
        (b"anna@example.com,NaN", "invalid", "points"),
        (b"anna@example.com,1e9", "invalid", "points"),
        ("anna@example.com,٣".encode(), "invalid", "points"),
        (b"x" * 256 + b",1", "invalid", "email"),
        (b"anna@example.com,\x001", "unkeepableText", ""),
        (b"ann\xe9@example.com,1", "wrongEncoding", ""),
        (b'"anna\nb",1', "invalid", "email"),
        (b'"anna,1', "unreadable", ""),
    ],
)
def test_a_wrong_line_of_csv_is_refused_with_its_column(line: bytes, code: str, path: str):
    with pytest.raises(LineFault) as raised:
        values(line)

    assert (raised.value.code, raised.value.path) == (code, path)


def test_a_line_of_too_few_or_too_many_cells_is_refused_with_what_to_do():
    with pytest.raises(LineFault, match="has 1 cells and the header 2: is it broken off") as few:
        values(b"anna@example.com")
    with pytest.raises(LineFault, match="has 3 cells and the header 2: put a cell with a separator") as many:
        values(b"anna@example.com,1,50")

    assert few.value.code == many.value.code == "wrongNumberOfCells"


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        (b'{"email": "anna@example.com", "points": 1', "malformedJson", ""),
        (b"[]", "notAnObject", ""),
        (b'{"email": 7, "points": 1}', "invalid", "email"),
        (b'{"emial": "a", "points": 1}', "unknownColumn", "emial"),
        (b'{"email": "a", "points": "1"}', "invalid", "points"),
        (b'{"email": "a", "points": true}', "invalid", "points"),
        (b'{"email": "a"}', "missing", "points"),
        (b'{"email": "a\\u0000", "points": 1}', "unkeepableText", "email"),
        (b"[" * 100_000, "malformedJson", ""),
    ],
)
def test_a_wrong_line_of_json_is_refused_with_its_field(line: bytes, code: str, path: str):
    with pytest.raises(LineFault) as raised:
        values_of(Record(1, line), Layout("jsonl"), POINTS)

    assert (raised.value.code, raised.value.path) == (code, path)


def test_objects_in_json_are_columns_with_a_dot_in_csv():
    line = b'{"email": "a", "address": {"city": "Gdynia"}, "labels": [{"key": "a", "value": "b"}], "agreement1": null}'
    nested = values_of(Record(1, line), Layout("jsonl"), "member")

    flat = values(b'a,Gdynia,"[{""key"": ""a"", ""value"": ""b""}]"', b"email,address.city,labels", "member")

    assert nested == flat == {"email": "a", "address.city": "Gdynia", "labels": [{"key": "a", "value": "b"}]}
