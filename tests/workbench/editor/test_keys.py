"""The reader, the schemas of editors and the grammar have the same keys."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest

from loyalty.program.effects import EFFECTS
from loyalty.program.logic import Place
from program_files import read_program
from program_files.grammar.effects import EFFECT_MAP
from program_files.grammar.expectations import EXPECT
from program_files.grammar.files import FILE_GRAMMARS
from program_files.grammar.tests import SHARED, SUITE
from program_files.grammar.values import (
    DefinedValue,
    Key,
    ListValue,
    MapGrammar,
    MappingValue,
    UnionValue,
    ValueGrammar,
    VariantValue,
)
from program_files.readers.effects import EFFECT_READERS
from program_files.readers.map_reader import MapReader
from program_files.text.nodes import Node
from rules.operators import TABLE
from tests.workbench.editor.whole import FILES, TESTS, kind_of, node_of, schemas_of
from workbench.editor import FILE_SCHEMAS
from workbench.scenarios.files import read_tests
from workbench.scenarios.files.expectations import EXPECTATIONS

SCHEMAS = schemas_of(FILES)
BY_TABLE = (EFFECT_MAP, EXPECT)
"""Maps that the reader reads by a table of functions, and not key by key."""

MERGED = {(SUITE, key.name) for key in SHARED}
"""Keys of a file that the reader puts into each of its tests, and reads there."""

Asked = dict[Place, set[str]]
Read = dict[MapGrammar, set[str]]


def map_grammars(value: ValueGrammar) -> Iterator[MapGrammar]:
    """Every map in the grammar of a value."""
    match value:
        case MapGrammar(keys=keys):
            yield value
            for key in keys:
                yield from map_grammars(key.value)
        case VariantValue(variants=variants):
            for variant in variants.values():
                yield from map_grammars(variant)
        case UnionValue(options):
            for option in options:
                yield from map_grammars(option)
        case ListValue(item=inner) | MappingValue(value=inner) | DefinedValue(value=inner):
            yield from map_grammars(inner)
        case _:
            return


ALL_MAPS: Mapping[MapGrammar, None] = dict.fromkeys(
    found for root in (*(file.map for file in FILE_GRAMMARS.values()), SUITE) for found in map_grammars(root)
)
"""Every map in the grammar of every kind of file."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The keys that the reader knows in each map of the whole program, by its place."""
    found: Asked = {}
    begin = MapReader.__init__

    def noting(self: MapReader, node: Node, problems: Any, grammar: MapGrammar, title: str = "") -> None:
        found.setdefault(node.place, set(grammar.by_name))
        begin(self, node, problems, grammar, title)

    monkeypatch.setattr(MapReader, "__init__", noting)
    program = read_program(FILES)
    read_tests(TESTS, program)
    return found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The keys whose values the reader takes while it reads the whole program, by the grammar of their map."""
    found: Read = {}
    get, need = MapReader.get, MapReader.need

    def noting_get(self: MapReader, key: str) -> Node | None:
        found.setdefault(self._grammar, set()).add(key)
        return get(self, key)

    def noting_need(self: MapReader, key: str) -> Node | None:
        found.setdefault(self._grammar, set()).add(key)
        return need(self, key)

    monkeypatch.setattr(MapReader, "get", noting_get)
    monkeypatch.setattr(MapReader, "need", noting_need)
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
    documented: Asked = {}

    for path, content in {**FILES, **TESTS}.items():
        node, root = node_of(path, content), {"definitions": {}, **SCHEMAS[kind_of(path)]}
        assert node is not None
        documented |= {part.place: keys for part, keys in maps(node, [root], root)}

    unknown = [place for place in asked if place not in documented]
    assert [str(place) for place in unknown] == ["tests/all.yaml:12:8", "tests/one.yaml:3:9"], "a member, as a word"
    assert {place: documented[place] for place in asked if place in documented} == {
        place: keys for place, keys in asked.items() if place in documented
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


def test_the_reader_takes_the_value_of_every_key_in_the_grammar(read: Read) -> None:
    left = [(grammar, key) for grammar, keys in read.items() for key in grammar.by_name if key not in keys]

    assert [f"{key} of {grammar.title}" for grammar, key in left if (grammar, key) not in MERGED] == []


def test_the_reader_reads_every_map_in_the_grammar(read: Read) -> None:
    unread = [grammar.title for grammar in ALL_MAPS if grammar not in read and grammar not in BY_TABLE]

    assert unread == []


def test_every_key_is_documented_in_a_sentence() -> None:
    keys: list[Key] = [key for grammar in ALL_MAPS for key in grammar.keys]

    assert len(keys) > 100
    assert [key.name for key in keys if not key.description.endswith(".")] == []


def test_a_key_has_one_default() -> None:
    both = [key.name for grammar in ALL_MAPS for key in grammar.keys if key.default is not None and key.otherwise]
    needed = [
        key.name for grammar in ALL_MAPS for key in grammar.keys if key.required and (key.default or key.otherwise)
    ]

    assert both == []
    assert needed == []


def test_effects_are_those_of_the_domain() -> None:
    assert list(EFFECT_MAP.by_name) == list(EFFECTS)
    assert list(EFFECT_READERS) == list(EFFECTS)


def test_expectations_are_those_of_the_grammar() -> None:
    assert list(EXPECTATIONS) == list(EXPECT.by_name)


def test_operators_in_a_rule_are_those_of_the_language() -> None:
    definitions = SCHEMAS["reactor"]["definitions"]

    assert list(definitions["rule"]["properties"]) == list(TABLE)


def test_there_is_a_schema_for_every_folder_that_is_read() -> None:
    from program_files.folders.layout import FOLDERS, TESTS

    assert {kind.folder for kind in FILE_SCHEMAS.values()} == {"", *FOLDERS, TESTS}
