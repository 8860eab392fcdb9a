"""Problems of the JSON Schemas of event types."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, in_body, in_file

_SHOP = "  properties: {{shop: {{{schema}}}}}\n"
_LOOP = "  properties: {{shop: {{$ref: '#/$defs/shop'}}}}\n  $defs: {{shop: {{{shop}}}}}\n"

SCHEMA_CODES: Final[Mapping[str, Code]] = {
    "bad-schema": Code(
        "This is no JSON Schema of draft 2020-12.",
        "Correct what the message names.",
        in_body(
            _SHOP.format(schema="type: string, minLength: one"),
            _SHOP.format(schema="type: string, minLength: 1"),
        ),
    ),
    "unknown-keyword": Code(
        "JSON Schema has no such keyword, so it would check nothing; or it has, and Laurel does not follow it.",
        "Correct its spelling, or do as the message says.",
        in_body(
            _SHOP.format(schema="type: string, minLenght: 1"),
            _SHOP.format(schema="type: string, minLength: 1"),
        ),
    ),
    "unknown-schema-type": Code(
        "JSON Schema has no such type.",
        "Write one that the message names.",
        in_body(_SHOP.format(schema="type: strng"), _SHOP.format(schema="type: string")),
    ),
    "unknown-format": Code(
        "JSON Schema has no such format, so it would check nothing.",
        "Correct its spelling.",
        in_body(
            _SHOP.format(schema="type: string, format: mail"),
            _SHOP.format(schema="type: string, format: email"),
        ),
    ),
    "unknown-property": Code(
        "`required` names what `properties` does not have.",
        "Make the two agree.",
        in_body(
            "  required: [shpo]\n  properties: {shop: {type: string}}\n",
            "  required: [shop]\n  properties: {shop: {type: string}}\n",
        ),
    ),
    "remote-reference": Code(
        "A `$ref` leads out of the file; nothing is fetched.",
        "Copy the schema into `$defs`.",
        in_body(
            "  properties: {shop: {$ref: 'https://example.com/shop.json'}}\n",
            "  properties: {shop: {$ref: '#/$defs/shop'}}\n  $defs: {shop: {type: string}}\n",
        ),
    ),
    "dangling-reference": Code(
        "A `$ref` leads to nothing.",
        "Correct it, or add the schema to `$defs`.",
        in_body(
            "  properties: {shop: {$ref: '#/$defs/shp'}}\n  $defs: {shop: {type: string}}\n",
            "  properties: {shop: {$ref: '#/$defs/shop'}}\n  $defs: {shop: {type: string}}\n",
        ),
    ),
    "endless-reference": Code(
        "A `$ref` leads back to where it stands.",
        "Write what it is meant to be; a schema may stand inside itself only in a field or an item.",
        in_body(_LOOP.format(shop="allOf: [{$ref: '#/$defs/shop'}]"), _LOOP.format(shop="type: string")),
    ),
    "bad-pattern": Code(
        "A pattern cannot be read, or not be matched in linear time.",
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
        "A schema accepts nothing, or a listed value is one that the type beside it refuses.",
        "Correct one of the two.",
        in_body(
            _SHOP.format(schema="type: integer, minimum: 9, maximum: 1"),
            _SHOP.format(schema="type: integer, minimum: 1, maximum: 9"),
        ),
    ),
    "missing-type": Code(
        "A schema says no type: it accepts values of all types, and speaks of one.",
        "Add the `type`.",
        in_body(_SHOP.format(schema="minLength: 1"), _SHOP.format(schema="type: string, minLength: 1")),
        "warning",
    ),
}
