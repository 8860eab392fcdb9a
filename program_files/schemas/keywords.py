"""The keywords of JSON Schema that the body of an event type can have, each with what it holds and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

KeywordValue: TypeAlias = Literal[
    "schema",
    "schemas",
    "named schemas",
    "anything",
    "count",
    "draft",
    "flag",
    "format",
    "list",
    "number",
    "number above 0",
    "reference",
    "text",
    "texts",
    "texts by name",
    "types",
]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword: the only place that states its name, its type and its documentation."""

    name: str
    value: KeywordValue
    description: str


TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
FORMATS: Final = (
    *("date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6", "iri"),
    *("iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri", "uri-reference"),
    *("uri-template", "uuid"),
)
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

KEYWORDS: Final[Mapping[str, Keyword]] = {
    keyword.name: keyword
    for keyword in (
        Keyword("type", "types", "Its type."),
        Keyword("enum", "list", "The values that it can have. Rules are checked against them."),
        Keyword("const", "anything", "The only value that it can have."),
        Keyword("title", "text", "Its name, for people."),
        Keyword("description", "text", "What it means."),
        Keyword("default", "anything", "What it usually is. Nothing is filled in."),
        Keyword("examples", "list", "Values that it could have."),
        Keyword("deprecated", "flag", "Whether it should no longer be sent."),
        Keyword("readOnly", "flag", "Whether only the sender decides it."),
        Keyword("writeOnly", "flag", "Whether it is never shown."),
        Keyword("minimum", "number", "The least number, itself allowed."),
        Keyword("maximum", "number", "The greatest number, itself allowed."),
        Keyword("exclusiveMinimum", "number", "Numbers are above this."),
        Keyword("exclusiveMaximum", "number", "Numbers are below this."),
        Keyword("multipleOf", "number above 0", "Numbers are a multiple of this."),
        Keyword("minLength", "count", "The fewest characters."),
        Keyword("maxLength", "count", "The most characters."),
        Keyword("pattern", "text", "A regular expression, without look-arounds and back-references."),
        Keyword("format", "format", "The format of a text. A body with another text is refused."),
        Keyword("contentEncoding", "text", "How a text is encoded."),
        Keyword("contentMediaType", "text", "The media type of a text."),
        Keyword("required", "texts", "The fields that are always there. Rules may read them without a guard."),
        Keyword("dependentRequired", "texts by name", "Fields that need others beside them."),
        Keyword("minProperties", "count", "The fewest fields."),
        Keyword("maxProperties", "count", "The most fields."),
        Keyword("minItems", "count", "The fewest items."),
        Keyword("maxItems", "count", "The most items."),
        Keyword("uniqueItems", "flag", "Whether no two items are equal."),
        Keyword("minContains", "count", "The fewest items that fit `contains`."),
        Keyword("maxContains", "count", "The most items that fit `contains`."),
        Keyword("$ref", "reference", "Another schema of this body, as in `#/$defs/item`."),
        Keyword("$schema", "draft", "The draft, which is always this one."),
        Keyword("$comment", "text", "A note."),
        Keyword("properties", "named schemas", "The fields, each with its schema. Rules can read no others."),
        Keyword("additionalProperties", "schema", "The schema of all other fields; false: there are none."),
        Keyword("patternProperties", "named schemas", "Fields whose names fit a pattern."),
        Keyword("propertyNames", "schema", "The schema of the fields' names."),
        Keyword("unevaluatedProperties", "schema", "The schema of fields that no other keyword describes."),
        Keyword("dependentSchemas", "named schemas", "Schemas that hold where a field is there."),
        Keyword("items", "schema", "The schema of each item."),
        Keyword("prefixItems", "schemas", "The schemas of the first items, one by one."),
        Keyword("unevaluatedItems", "schema", "The schema of items that no other keyword describes."),
        Keyword("contains", "schema", "A schema that an item must fit."),
        Keyword("allOf", "schemas", "All of these hold."),
        Keyword("anyOf", "schemas", "One of these holds, or several."),
        Keyword("oneOf", "schemas", "Exactly one of these holds."),
        Keyword("not", "schema", "This does not hold."),
        Keyword("if", "schema", "Where this holds, so does `then`; where not, `else`."),
        Keyword("then", "schema", "What holds where `if` does."),
        Keyword("else", "schema", "What holds where `if` does not."),
        Keyword("contentSchema", "schema", "The schema of what a text encodes."),
        Keyword("$defs", "named schemas", "Schemas with names, to refer to."),
        Keyword("definitions", "named schemas", "Schemas with names, as older drafts write `$defs`."),
    )
}


def _holding(value: KeywordValue) -> frozenset[str]:
    return frozenset(keyword.name for keyword in KEYWORDS.values() if keyword.value == value)


ONE_SCHEMA: Final = _holding("schema")
LISTED_SCHEMAS: Final = _holding("schemas")
NAMED_SCHEMAS: Final = _holding("named schemas")
DEFINITIONS: Final = ("$defs", "definitions")
"""The keywords whose schemas only apply where a `$ref` refers to them: the present name, and that of older drafts."""
