"""The pages on keys are made from the grammar of program files."""

import re
from pathlib import Path

import pytest

from program_files.grammar.files import FILE_GRAMMARS
from program_files.grammar.values import MapGrammar
from tests.workbench.editor.test_keys import ALL_MAPS
from workbench.keys_page import TABLES, page, with_tables

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_keys_is_made_of_the_grammar() -> None:
    written = (DOCS / "keys.md").read_text("utf-8")

    assert written == page(), "run: python -m workbench.keys_page > docs/keys.md"


def test_the_tables_of_the_designers_page_are_made_of_the_grammar() -> None:
    written = (DOCS / "designers.md").read_text("utf-8")

    assert re.findall(r"<!-- grammar: (\w+)", written) == list(TABLES)
    assert written == with_tables(written), "run: python -m workbench.keys_page docs/designers.md"


@pytest.mark.parametrize("grammar", ALL_MAPS, ids=lambda grammar: grammar.title)
def test_the_page_of_keys_lists_every_key_of_every_map(grammar: MapGrammar) -> None:
    rows = [f"| `{key.name}` | " for key in grammar.keys]
    listed = page()

    assert [row for row in rows if row not in listed] == []


def test_no_two_maps_have_one_title_and_other_keys() -> None:
    titles: dict[str, set[tuple[str, ...]]] = {}
    for grammar in ALL_MAPS:
        titles.setdefault(grammar.title, set()).add(tuple(grammar.by_name))

    assert {title for title, keys in titles.items() if len(keys) > 1} == {"a step"}, "the variants of a step"


def test_every_kind_of_file_has_a_chapter() -> None:
    chapters = re.findall(r"^## (.+)$", page(), re.MULTILINE)

    assert chapters == ["program.yaml", *(f"Files of {each.folder}/" for each in FILE_GRAMMARS.values() if each.folder)]
