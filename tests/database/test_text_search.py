"""Parts of texts are found alike on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import Column, ColumnElement, MetaData, String, Table, create_engine, insert, select

from database.text_search import has_exact_part, has_part

TEXTS = ("Café Żółw", "CAFÉ ŻÓŁW", "café żółw", "INV-2026/100%_a", "inv-2026", "[*?]", "")
_TABLE = Table("searched", MetaData(), Column("text", String))


def _found(database_url: str, condition: ColumnElement[bool]) -> list[str]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        _TABLE.create(connection)
        connection.execute(insert(_TABLE), [{"text": each} for each in TEXTS])
        found = set(connection.execute(select(_TABLE.c.text).where(condition)).scalars())
    engine.dispose()
    return [each for each in TEXTS if each in found]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("inv-2026", ["INV-2026/100%_a", "inv-2026"]),
        ("CAF", ["Café Żółw", "CAFÉ ŻÓŁW", "café żółw"]),
        ("żółw", ["Café Żółw", "CAFÉ ŻÓŁW", "café żółw"]),
        ("fé żó", ["Café Żółw", "CAFÉ ŻÓŁW", "café żółw"]),
        ("/100%_", ["INV-2026/100%_a"]),
        ("0%a", []),
        ("0__a", []),
        ("[*?]", ["[*?]"]),
    ],
)
def test_a_part_is_found_in_any_case(database_url: str, part: str, found: list[str]) -> None:
    assert _found(database_url, has_part(_TABLE.c.text, part)) == found


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("inv-2026", ["inv-2026"]),
        ("Żółw", ["Café Żółw"]),
        ("/100%_", ["INV-2026/100%_a"]),
        ("0__a", []),
        ("[*?]", ["[*?]"]),
        ("[a-z]", []),
        ("*", ["[*?]"]),
    ],
)
def test_a_part_of_an_identifier_is_found_as_it_is_written(database_url: str, part: str, found: list[str]) -> None:
    assert _found(database_url, has_exact_part(_TABLE.c.text, part)) == found
