"""The page of all keys of program files, and the tables of the designers' page, made from the grammar.

python -m workbench.keys_page > docs/keys.md
python -m workbench.keys_page docs/designers.md       # writes the tables between the page's comments anew
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from loyalty.events.builtin_events import ANSWERED
from program_files.grammar.achievements import ACHIEVEMENT
from program_files.grammar.effects import EFFECT_MAP
from program_files.grammar.files import FILE_GRAMMARS
from program_files.grammar.tests import SUITE
from program_files.grammar.values import (
    ChoiceValue,
    DefinedValue,
    Key,
    ListValue,
    MapGrammar,
    MappingValue,
    UnionValue,
    ValueGrammar,
    VariantValue,
)
from program_files.grammar.words import in_words

_HEAD: Final = """\
# Keys of program files

Every key of every kind of file: its value, what it means, and what holds without it. [For program
designers](designers.md) and [Tests](testing.md) explain them with examples. A duration is a whole number and `s`, `m`,
`h`, `d`, `w`, `mo` or `y`, as in `90d`. [JSON Logic](rules.md) may always be a plain value, too.
"""
_BLOCK: Final = re.compile(r"(<!-- grammar: (\w+)[^\n]*-->\n).*?(\n<!-- end of grammar -->)", re.DOTALL)


def page() -> str:
    """Return the text of `docs/keys.md`."""
    parts, listed = [_HEAD], set[str]()
    for grammar in FILE_GRAMMARS.values():
        parts.append(f"## Files of {grammar.folder}/\n" if grammar.folder else f"## {grammar.map.title}\n")
        for root in (grammar.map, SUITE) if grammar.name == "test" else (grammar.map,):
            for each in _maps(root):
                if each.title not in listed:
                    heading = "" if each is grammar.map else f"{_heading(each.title)}\n\n"
                    parts.append(f"{heading}{_keys(each.keys)}\n")
                    listed.add(each.title)
    return "\n".join(parts)


def with_tables(text: str) -> str:
    """Return a page with the tables between its comments regenerated; raise KeyError for an unknown name of a table."""
    return _BLOCK.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def _builtin_events() -> str:
    rows = [
        f"| `{event_type.name}` | {event_type.title} | {_fields(event_type.body.schema['properties'])} |"
        for event_type in ANSWERED.values()
    ]
    return "\n".join(("| built-in event | when | its body |", "|---|---|---|", *rows))


def _fields(properties: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(f"`{name}` ({_field(schema)})" for name, schema in properties.items()) or "no fields"


def _field(schema: Mapping[str, Any]) -> str:
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    words = {
        "integer": "whole number",
        "string": "time" if schema.get("format") == "date-time" else "text",
        "boolean": "true or false",
    }
    return " or ".join(words.get(kind, kind) for kind in kinds)


def _effects() -> str:
    rows = [f"| {_example(key)} | {key.description} |" for key in EFFECT_MAP.keys]
    return "\n".join(("| effect | what it does |", "|---|---|", *rows))


def _example(effect: Key) -> str:
    if isinstance(effect.value, MapGrammar):
        return f"`{effect.name}: {{{', '.join(effect.value.by_name)}}}`"
    return f"`{effect.name}: NAME`"


def _choices(key: Key, head: str) -> str:
    """Return the words and maps that the value of a key can be, each with its meaning."""
    assert isinstance(key.value, UnionValue)
    rows: list[str] = []
    for option in key.value.options:
        match option:
            case ChoiceValue(words):
                default = {key.default: " (default)"}
                rows += [f"| `{word}`{default.get(word, '')} | {meaning} |" for word, meaning in words.items()]
            case MapGrammar(keys=keys):
                rows += [f"| `{{{each.name}: ...}}` | {each.description} |" for each in keys]
            case _:
                raise TypeError(f"{key.name}: no words for {option}")
    return "\n".join((f"| `{key.name}` | {head} |", "|---|---|", *rows))


def _heading(title: str) -> str:
    return f"**{title[0].upper()}{title[1:]}**" if " " in title else f"**`{title}`**"


def _keys(keys: tuple[Key, ...]) -> str:
    return "\n".join(("| key | value | meaning | without it |", "|---|---|---|---|", *map(_row, keys)))


def _row(key: Key) -> str:
    default = "" if key.default is None else f"`{key.default}`"
    otherwise = "required" if key.required else default or key.otherwise
    meanings = [f"`{word}`: {meaning}" for words in _words(key.value) for word, meaning in words.items()]
    return f"| `{key.name}` | {in_words(key.value)} | {' '.join([key.description, *meanings])} | {otherwise} |"


def _words(value: ValueGrammar) -> Iterator[Mapping[str, str]]:
    match value:
        case ChoiceValue(words):
            yield words
        case UnionValue(options):
            for option in options:
                yield from _words(option)
        case _:
            return


def _maps(value: ValueGrammar) -> Iterator[MapGrammar]:
    """Yield every map in the grammar of a value, itself first."""
    match value:
        case MapGrammar(keys=keys):
            yield value
            for key in keys:
                yield from _maps(key.value)
        case VariantValue(title=title, keys=keys):
            yield from _maps(MapGrammar(title, keys))
        case UnionValue(options):
            for option in options:
                yield from _maps(option)
        case ListValue(item=inner) | MappingValue(value=inner) | DefinedValue(value=inner):
            yield from _maps(inner)
        case _:
            return


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "builtin_events": _builtin_events,
    "effects": _effects,
    "measure": lambda: _choices(ACHIEVEMENT.by_name["measure"], "counts"),
    "window": lambda: _choices(ACHIEVEMENT.by_name["window"], "what counts together"),
}
"""The tables of the designers' page, by the names in the comments around them."""


if __name__ == "__main__":
    if sys.argv[1:]:
        path = Path(sys.argv[1])
        path.write_text(with_tables(path.read_text("utf-8")), "utf-8")
    else:
        print(page(), end="")
