"""JSON Schemas in files, with stricter checks than the validator has.

The validator ignores a misspelt keyword, format or name, and then accepts bodies that it should refuse.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import jsonschema_rs

from loyalty.program.body_schema import MOST_WORK_PER_VALUE, BodySchema, SchemaError
from loyalty.program.logic import Place
from program_files.schemas.cures import names_a_type, schema_cure
from program_files.schemas.keywords import DRAFT, FORMATS, KEYWORDS, NAMED_SCHEMAS, ONE_SCHEMA, TYPES
from program_files.schemas.references import References, described_schemas, inner_schemas
from program_files.schemas.sense import check_sense, check_typed
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

_NOT_FOLLOWED: Final = frozenset({"$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$vocabulary"})
"""Keywords of JSON Schema that Laurel does not evaluate, so that it could not check rules against them."""

_TYPE_SYNONYMS: Final = {
    **dict.fromkeys(("decimal", "double", "float", "money"), "number"),
    **dict.fromkeys(("str", "text", "varchar"), "string"),
    **dict.fromkeys(("dict", "map", "record"), "object"),
    "list": "array",
}
"""Names of types in other languages."""

_FORMATTED_TYPES: Final = {
    "date": "date",
    **dict.fromkeys(("datetime", "date-time", "timestamp"), "date-time"),
    **dict.fromkeys(("email", "uuid", "time"), ""),
}
"""Types of other languages that are the format of a text here; empty: it has the same name."""

_META: Final = jsonschema_rs.Draft202012Validator({"$ref": DRAFT}, offline=True)
_OPTIONS: Final = jsonschema_rs.RegexOptions()


def read_schema(node: Node, problems: Problems) -> BodySchema:
    """Return the JSON Schema of a body, which is an object."""
    return _read_schema(node, problems, _check_object)


def read_value_schema(node: Node, problems: Problems) -> BodySchema:
    """Return the JSON Schema of a value of any type."""
    return _read_schema(node, problems, _check_map)


def _read_schema(node: Node, problems: Problems, check_kind: Callable[[Node, Problems], None]) -> BodySchema:
    schema = node.plain()
    noted = problems.separate()
    for inner in _schemas(node):
        _check_keywords(inner, noted, is_whole=inner is node)
    References(node, noted).check()
    check_kind(node, noted)
    for inner in described_schemas(node):
        check_typed(inner, noted)
    if isinstance(schema, dict) and not noted.errors:
        _check_whole(schema, node, noted)
    body = _usable(schema) if noted.errors else BodySchema(schema)
    if not noted.errors:
        _check_cost(body, node, noted)
    problems.found += noted.found
    return body


def _usable(schema: Any) -> BodySchema:
    """Return a schema despite problems, so that rules can be checked against it; ANY if it does not compile."""
    try:
        return BodySchema(schema)
    except SchemaError:
        return BodySchema(True)


def _check_map(node: Node, problems: Problems) -> None:
    if not isinstance(node.value, dict):
        message = f"this must be a JSON Schema such as {{type: number}}, not {node.type_name()}"
        problems.add(node.place, "bad-schema", message)
    check_typed(node, problems)


def _check_whole(schema: dict[str, Any], node: Node, problems: Problems) -> None:
    """Note what the schema of the draft and the compiler find."""
    for error in _META.iter_errors(schema):
        place = node.place_of(tuple(error.instance_path))
        problems.add(place, "bad-schema", *schema_cure(node, tuple(error.instance_path), shown(str(error.message))))
    if problems.errors:
        return
    try:
        BodySchema(schema)
    except SchemaError as error:
        problems.add(node.place_of(error.path), "bad-schema", shown(str(error)))


def _check_cost(body: BodySchema, node: Node, problems: Problems) -> None:
    """Note a schema that could make validating a body take long."""
    path = body.costly_part()
    if path is None:
        return
    if path[-1:] in (("pattern",), ("patternProperties",)) and body.is_costly_by_patterns:
        most = MOST_WORK_PER_VALUE.patterns
        message = f"repetitions written out, it is longer than {most:,} characters: repeat less, or use maxLength"
    else:
        most = MOST_WORK_PER_VALUE.visits
        message = (
            f"one value of a deep body could be checked more than {most:,} times, as several schemas here lead to it: "
            "put the fields that they share beside them, or choose by if, then and else"
        )
    problems.add(node.place_of(path, of_key=True), "costly-schema", message, can_run=True)


def _schemas(node: Node) -> Iterator[Node]:
    """Yield every schema in a schema, itself first."""
    if isinstance(node.value, dict):
        yield node
    for inner in inner_schemas(node):
        yield from _schemas(inner)


def _check_keywords(schema: Node, problems: Problems, *, is_whole: bool) -> None:
    for keyword, value in schema.entries.items():
        if keyword == "$id" and is_whole:
            continue  # the id of the root schema, to which nothing refers
        if keyword in _NOT_FOLLOWED:
            message = f"keyword {keyword} is not followed: refer to a schema by its place, as in #/$defs/shop"
            problems.add(schema.keys[keyword], "unknown-keyword", message)
        elif keyword not in KEYWORDS:
            _unknown_keyword(schema, keyword, problems)
        elif keyword == "type":
            _check_types(value, problems)
        elif keyword == "format" and isinstance(value.value, str) and value.value not in FORMATS:
            problems.add_unknown(value.place, "unknown-format", "format", value.value, FORMATS)
        elif keyword == "$schema" and value.value != DRAFT:
            problems.add(value.place, "bad-schema", f"schemas are of the draft {DRAFT}")
        elif keyword == "pattern":
            _check_pattern(value, value.value, problems)
        elif keyword == "patternProperties":
            for pattern in value.entries:
                _check_pattern(Node(value.keys[pattern], pattern), pattern, problems)
    _check_required(schema, problems)
    check_sense(schema, problems)


def _unknown_keyword(schema: Node, keyword: str, problems: Problems) -> None:
    """Note an unknown keyword; most commonly, a field beside `properties` instead of under it."""
    place, value = schema.keys[keyword], schema.entries[keyword]
    if names_a_type(value.value):
        cure = f"{{{keyword}: {{type: {value.value}}}}}"
        message = f"keyword {shown(keyword)} is unknown: a field stands under properties, as in properties: {cure}"
        problems.add(place, "unknown-keyword", message, can_run=True)
        return
    is_schema = not KEYWORDS.keys().isdisjoint(value.entries)
    if is_schema and problems.nearest(keyword, sorted(KEYWORDS)) not in ONE_SCHEMA | NAMED_SCHEMAS:
        message = f"keyword {shown(keyword)} is unknown: a field stands under properties"
        problems.add(place, "unknown-keyword", message, can_run=True)
    else:
        absent = sorted(KEYWORDS.keys() - schema.entries.keys())  # a keyword is not there twice
        problems.add_unknown(place, "unknown-keyword", "keyword", keyword, absent, can_run=True)


def _check_types(node: Node, problems: Problems) -> None:
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str) and item.value not in TYPES:
            _unknown_type(item.place, item.value, problems)


def _unknown_type(place: Place, name: str, problems: Problems) -> None:
    suggestion, form = _TYPE_SYNONYMS.get(name.lower()), _FORMATTED_TYPES.get(name.lower())
    if form is not None:
        message = f"type {shown(name)} is unknown: write type: string, format: {form or name.lower()}"
        problems.add(place, "unknown-schema-type", message)
    elif suggestion is None:
        problems.add_unknown(place, "unknown-schema-type", "type", name, TYPES)
    else:
        problems.add(place, "unknown-schema-type", f"type {shown(name)} is unknown", suggestion)


def _check_pattern(node: Node, pattern: object, problems: Problems) -> None:
    if not isinstance(pattern, str):
        return
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=_OPTIONS, offline=True)
    except (jsonschema_rs.ValidationError, ValueError):
        why = "look-arounds and back-references are not supported" if re.search(r"\(\?|\\\d", pattern) else "check it"
        problems.add(node.place, "bad-pattern", f"{shown(pattern)} is not a pattern: {why}")


def _check_required(schema: Node, problems: Problems) -> None:
    """Note a required name that is probably a misspelt property: no body could have it."""
    properties, required = schema.entries.get("properties"), schema.entries.get("required")
    if properties is None or required is None or not isinstance(required.value, list):
        return
    for item in required.value:
        if isinstance(item.value, str) and item.value not in properties.entries:
            suggestion = problems.nearest(item.value, properties.entries)
            if suggestion is not None:
                message = f"required names {shown(item.value)}, which properties does not have"
                problems.add(item.place, "unknown-property", message, suggestion, can_run=True)


def _check_object(node: Node, problems: Problems) -> None:
    if not isinstance(node.value, dict):
        problems.add(node.place, "bad-schema", f"body must be a JSON Schema, not {node.type_name()}")
        return
    kind = node.value.get("type")
    kinds = kind.plain() if kind is not None else "object"
    if kind is not None and "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        problems.add(kind.place, "body-no-object", "a body is an object: its type must be object")
