"""Problems of the JSON Schemas of event types."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, in_body, in_file

_SHOP = "  properties: {{shop: {{{schema}}}}}\n"
_LOOP = "  properties: {{shop: {{$ref: '#/$defs/shop'}}}}\n  $defs: {{shop: {{{shop}}}}}\n"

_LINES = (
    "  properties: {{lines: {{$ref: '#/$defs/lines'}}}}\n"
    "  $defs:\n"
    "    lines: {{type: array, items: {{$ref: '#/$defs/line'}}}}\n"
    "    line: {{{line}}}\n"
    "    kit: {{type: object, properties: {{kind: {{const: kit}}, lines: {{$ref: '#/$defs/lines'}}}}}}\n"
    "    set: {{type: object, properties: {{kind: {{const: set}}, lines: {{$ref: '#/$defs/lines'}}}}}}\n"
)

SCHEMA_CODES: Final[Mapping[str, Code]] = {
    "bad-schema": Code(
        "This is not a valid JSON Schema of draft 2020-12.",
        "Correct what the message names.",
        in_body(
            _SHOP.format(schema="type: string, minLength: one"),
            _SHOP.format(schema="type: string, minLength: 1"),
        ),
    ),
    "unknown-keyword": Code(
        "JSON Schema has no such keyword, so that it would check nothing, or Laurel does not support it.",
        "Correct its spelling, or do as the message says.",
        in_body(
            _SHOP.format(schema="type: string, minLenght: 1"),
            _SHOP.format(schema="type: string, minLength: 1"),
        ),
    ),
    "unknown-schema-type": Code(
        "JSON Schema has no such type.",
        "Write one of those that the message names.",
        in_body(_SHOP.format(schema="type: strng"), _SHOP.format(schema="type: string")),
    ),
    "unknown-format": Code(
        "JSON Schema has no such format, so that it would check nothing.",
        "Correct its spelling.",
        in_body(
            _SHOP.format(schema="type: string, format: mail"),
            _SHOP.format(schema="type: string, format: email"),
        ),
    ),
    "unknown-property": Code(
        "`required` names a field that `properties` does not have, and that looks misspelt.",
        "Correct one of the two.",
        in_body(
            "  required: [shpo]\n  properties: {shop: {type: string}}\n",
            "  required: [shop]\n  properties: {shop: {type: string}}\n",
        ),
    ),
    "remote-reference": Code(
        "A `$ref` refers to another file; schemas are not fetched.",
        "Copy the schema into `$defs`.",
        in_body(
            "  properties: {shop: {$ref: 'https://example.com/shop.json'}}\n",
            "  properties: {shop: {$ref: '#/$defs/shop'}}\n  $defs: {shop: {type: string}}\n",
        ),
    ),
    "dangling-reference": Code(
        "A `$ref` refers to a schema that is not there.",
        "Correct it, or add the schema to `$defs`.",
        in_body(
            "  properties: {shop: {$ref: '#/$defs/shp'}}\n  $defs: {shop: {type: string}}\n",
            "  properties: {shop: {$ref: '#/$defs/shop'}}\n  $defs: {shop: {type: string}}\n",
        ),
    ),
    "endless-reference": Code(
        "A `$ref` refers to a schema that contains it.",
        "Write the schema out; a schema may contain itself only in a field or an item.",
        in_body(_LOOP.format(shop="allOf: [{$ref: '#/$defs/shop'}]"), _LOOP.format(shop="type: string")),
    ),
    "costly-schema": Code(
        "A body of this schema could take long to validate: a schema contains itself in several alternatives, "
        "references multiply, or a pattern repeats too much.",
        "Put the fields that alternatives share beside `oneOf`, or choose by `if`, `then` and `else`; bound the length "
        "of a text by `maxLength`.",
        in_body(
            _LINES.format(line="oneOf: [{$ref: '#/$defs/kit'}, {$ref: '#/$defs/set'}]"),
            _LINES.format(
                line="if: {properties: {kind: {const: kit}}}, then: {$ref: '#/$defs/kit'}, else: {$ref: '#/$defs/set'}"
            ),
        ),
    ),
    "bad-pattern": Code(
        "A pattern is not valid, or cannot be matched in linear time.",
        "Write it without look-arounds and back-references.",
        in_body(
            _SHOP.format(schema="type: string, pattern: '^(?!x)'"),
            _SHOP.format(schema="type: string, pattern: '^[^x]'"),
        ),
    ),
    "body-no-object": Code(
        "A body is always an object, and this schema refuses objects.",
        "Write `type: object`.",
        in_file("events/visit.yaml", "event: visit\nbody: {type: string}\n", "event: visit\nbody: {type: object}\n"),
    ),
    "contradictory-schema": Code(
        "A schema accepts no value, or lists a value that its own type refuses.",
        "Correct one of the two.",
        in_body(
            _SHOP.format(schema="type: integer, minimum: 9, maximum: 1"),
            _SHOP.format(schema="type: integer, minimum: 1, maximum: 9"),
        ),
    ),
    "missing-type": Code(
        "A schema has keywords for one type and no `type`, so that it accepts values of all other types.",
        "Add the `type`.",
        in_body(_SHOP.format(schema="minLength: 1"), _SHOP.format(schema="type: string, minLength: 1")),
        "warning",
    ),
}
