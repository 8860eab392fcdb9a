"""The keys of the schemas are those of the reader: neither drifts from the other."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from loyalty.program.logic import Place
from program_files import read_program
from program_files.effects import EFFECTS
from program_files.fields import Fields
from program_files.nodes import Node
from program_files.schemas.reading import KEYWORDS
from rules.operators import TABLE
from tests.workbench.editor.whole import FILES, TESTS, kind_of, node_of, schemas_of
from workbench.editor import KINDS
from workbench.scenarios.files import read_tests
from workbench.scenarios.files.expectations import EXPECTATIONS

SCHEMAS = schemas_of(FILES)
Asked = dict[Place, set[str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The keys that the reader asks for in each map of the whole program, by its place."""
    found: Asked = {}
    begin = Fields.__init__

    def noting(self: Fields, node: Node, problems: Any, what: str, keys: Any) -> None:
        found.setdefault(node.place, set(keys))
        begin(self, node, problems, what, keys)

    monkeypatch.setattr(Fields, "__init__", noting)
    program = read_program(FILES)
    read_tests(TESTS, program)
    return found


def maps(node: Node, schemas: list[Any], root: Any) -> Iterator[tuple[Node, set[str]]]:
    """Every map of a file that a schema closes, with the keys that it can have."""
    schemas = [part for schema in schemas for part in parts(schema, node.plain(), root)]
    closed = [schema for schema in schemas if schema.get("additionalProperties") is False]
    if isinstance(node.value, dict) and closed:
        names = [set(schema["propertyNames"].get("enum", ())) for schema in schemas if "propertyNames" in schema]
        yield node, {key for schema in closed for key in schema["properties"]}.intersection(*filter(None, names))
    for key, value in node.entries.items():
        yield from maps(value, [inner for schema in schemas for inner in under(schema, key)], root)
    for item in node.value if isinstance(node.value, list) else ():
        items = [schema["items"] for schema in schemas if isinstance(schema.get("items"), dict)]
        yield from maps(item, items, root)


def parts(schema: Any, value: Any, root: Any) -> Iterator[Any]:
    """A schema, and all that it is made of which speaks of a value."""
    if "$ref" in schema:
        yield from parts(root["definitions"][schema["$ref"].removeprefix("#/definitions/")], value, root)
        return
    yield schema
    for word in ("allOf", "anyOf"):
        for part in schema.get(word, ()):
            yield from parts(part, value, root)
    if "if" in schema:
        condition = jsonschema_rs.Draft7Validator({**schema["if"], "definitions": root["definitions"]})
        yield from parts(schema.get("then" if condition.is_valid(value) else "else", {}), value, root)


def under(schema: Any, key: str) -> Iterator[Any]:
    """What a schema says of the value of a key."""
    others = schema.get("additionalProperties")
    if key in schema.get("properties", {}):
        yield schema["properties"][key]
    elif isinstance(others, dict):
        yield others


def test_a_schema_has_the_keys_that_the_reader_reads_in_every_map_of_every_file(asked: Asked) -> None:
    told: Asked = {}

    for path, content in {**FILES, **TESTS}.items():
        node, root = node_of(path, content), {"definitions": {}, **SCHEMAS[kind_of(path)]}
        assert node is not None
        told |= {part.place: keys for part, keys in maps(node, [root], root)}

    unknown = [place for place in asked if place not in told]
    assert [str(place) for place in unknown] == ["tests/all.yaml:8:8", "tests/one.yaml:3:9"], "a member, as a word"
    assert {place: told[place] for place in asked if place in told} == {
        place: keys for place, keys in asked.items() if place in told
    }


def test_the_whole_program_has_every_key_that_the_reader_reads(asked: Asked) -> None:
    written = {
        part.place: set(part.entries)
        for path, content in {**FILES, **TESTS}.items()
        for part in every_map(node_of(path, content))
    }

    missing = set().union(*asked.values()) - set().union(*written.values())

    assert missing == set()


def every_map(node: Node | None) -> Iterator[Node]:
    """A node, and every one in it."""
    if node is not None:
        yield node
        for inner in (*node.entries.values(), *(node.value if isinstance(node.value, list) else ())):
            yield from every_map(inner)


def test_effects_operators_keywords_and_expectations_are_those_of_their_tables() -> None:
    defined = {name: schema.get("definitions", {}) for name, schema in SCHEMAS.items()}

    assert list(defined["reactor"]["effect"]["properties"]) == list(EFFECTS)
    assert list(defined["reactor"]["rule"]["properties"]) == list(TABLE)
    assert sorted(defined["event"]["schema"]["properties"]) == KEYWORDS
    assert list(defined["test"]["expect"]["properties"]) == list(EXPECTATIONS)


def test_there_is_a_schema_for_every_folder_that_is_read() -> None:
    from program_files.layout import FOLDERS, TESTS

    assert {kind.folder for kind in KINDS.values()} == {"", *FOLDERS, TESTS}
