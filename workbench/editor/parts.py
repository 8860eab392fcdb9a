"""The values that program files are made of, as JSON Schemas of draft 7.

What a schema cannot say (that tiers rise, that one wallet is the default) is left to `laurel check`. None of these
refuses what the reader takes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from program_files.fields import LARGEST_AMOUNT, LONGEST_TEXT, NAME

Schema: TypeAlias = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string", "pattern": r"\S", "maxLength": LONGEST_TEXT}
NAMED: Final[Schema] = {
    "type": "string",
    "pattern": f"^{NAME.pattern}$",
    "patternErrorMessage": "A name is 1 to 64 letters, digits, _ . or -, and begins with a letter or digit.",
}
AT_MOST_ONE: Final[Schema] = {"allOf": [{"maxProperties": 1}]}
"""One key. Said apart from the keys: beside them, it keeps the YAML language server from proposing the first."""

FLAG: Final[Schema] = {"type": "boolean"}
AMOUNT: Final[Schema] = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_AMOUNT}
AMOUNT_OR_ZERO: Final[Schema] = {"type": "number", "minimum": 0, "maximum": LARGEST_AMOUNT}
_DURATION_MESSAGE: Final = "Write a whole number and s, m, h, d, w, mo or y, as in 90d."
DURATION_OR_ZERO: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d{1,6}(s|m|h|d|w|mo|y)$",
    "patternErrorMessage": _DURATION_MESSAGE,
    "examples": ["0d", "14d"],
}
DURATION: Final[Schema] = {
    **DURATION_OR_ZERO,
    "allOf": [{"pattern": "[1-9]", "patternErrorMessage": f"It must be longer than nothing. {_DURATION_MESSAGE}"}],
    "examples": ["30d", "12h", "2w", "6mo", "1y"],
}
DAYS: Final[Schema] = {
    **DURATION,
    "pattern": r"^\d{1,6}[dw]$",
    "patternErrorMessage": "Write whole days or weeks, as in 30d.",
    "examples": ["30d", "2w"],
}
_DATE_MESSAGE: Final = "Write it as 2026-12-31 or 2026-12-31T18:00:00."


def instant(*patterns: str) -> Schema:
    """A date, or a date and time, of the forms that the reader knows."""
    return {
        "type": "string",
        "pattern": f"^({'|'.join(patterns)})$",
        "patternErrorMessage": _DATE_MESSAGE,
        "examples": ["2026-01-01", "2026-12-31T18:00:00"],
    }


def whole(least: int, most: int) -> Schema:
    """A whole number in a range."""
    return {"type": "integer", "minimum": least, "maximum": most}


def choice(words: Mapping[str, str]) -> Schema:
    """One of some words, each with what it means."""
    return {"type": "string", "enum": list(words), "enumDescriptions": list(words.values())}


def words(choices: Iterable[str], **meanings: str) -> Mapping[str, str]:
    """The reader's choices, each with its meaning; KeyError where one has none."""
    return {choice: meanings[choice] for choice in choices}


def one_of_names(names: Mapping[str, str] | None, kind: str) -> Schema:
    """A name of something that the program has, with its title; any name where what there is cannot be known."""
    if names is None:
        return NAMED
    if not names:
        return {"not": {}, "errorMessage": f"The program has no {kind}."}
    return choice(names)


def listed(items: Schema, *, least: int = 0) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def record(keys: Mapping[str, Schema], *, required: Sequence[str] = ()) -> Schema:
    """A map of known keys."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(keys), "additionalProperties": False, **needed}


def one_key(keys: Mapping[str, Schema]) -> Schema:
    """A map of one of some keys."""
    return {**record(keys), **AT_MOST_ONE, "minProperties": 1}


def referred(definition: str) -> Schema:
    """A definition of the same schema."""
    return {"$ref": f"#/definitions/{definition}"}


def told(description: str, schema: Schema, **more: Any) -> Schema:
    """A schema with what a person should know."""
    return {"description": description, **_beside(schema), **more}


def unspoken(schema: Schema) -> Schema:
    """A schema of a key that another one, which tells of it, proposes already."""
    return {"doNotSuggest": True, **_beside(schema)}


def again(schema: Schema) -> Schema:
    """The schema that it stands in, as that of its items: the language servers follow bare `items` without end."""
    return {"allOf": [schema]}


def _beside(schema: Schema) -> Schema:
    """A schema beside which something may stand: draft 7 overlooks what stands beside a `$ref`."""
    return {"allOf": [schema]} if "$ref" in schema else schema
