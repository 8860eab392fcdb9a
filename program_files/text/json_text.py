"""JSON text to nodes."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress

from loyalty.program.logic import Place
from program_files.text.nodes import Node, Scalar, bounded, check_depth, check_text, number
from program_files.text.problems import Problems, Unreadable, shown

_TOKEN = re.compile(
    r"[ \t\n\r]*(?:"
    r"(?P<mark>[\[\]{},:])"
    r'|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<word>true|false|null)"
    r"|(?P<end>\Z))",
    re.DOTALL,
)
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def read_json(file: str, text: str, problems: Problems) -> Node:
    """Return the value of a JSON text; raise Unreadable if it is not valid; note what does not end the reading."""
    document = _Document(file, text, problems)
    if not text.strip():
        raise Unreadable(Place(file, 1, 1), "empty-file", "the file is empty")
    try:
        # It has the best messages and positions. If it exhausts the stack, `check_depth` finds the place.
        with suppress(RecursionError):
            json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise Unreadable(document.place(error.pos), "not-json", f"this is not JSON: {error.msg}") from None
    return document.read()


def json_scalars(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the texts, numbers and words of a valid JSON text: line and column, both from 1, and offsets in it."""
    lines, end = _line_starts(text), 0
    while (found := _TOKEN.match(text, end)) is not None and found.lastgroup not in (None, "end"):
        start, end = found.span(found.lastgroup)
        if found.lastgroup != "mark":
            line = bisect_right(lines, start)
            yield line, start - lines[line - 1] + 1, start, end


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


class _Document:
    def __init__(self, file: str, text: str, problems: Problems) -> None:
        self._file = file
        self._text = text
        self._problems = problems
        self._lines = _line_starts(text)
        self._offset = 0
        self._values = 0
        self._kind = ""
        self._lexeme = ""
        self._here = Place(file, 1, 1)

    def place(self, offset: int) -> Place:
        line = bisect_right(self._lines, offset)
        return Place(self._file, line, offset - self._lines[line - 1] + 1)

    def read(self) -> Node:
        self._next()
        return self._node(1)

    def _next(self) -> None:
        """Read the next token."""
        found = _TOKEN.match(self._text, self._offset)
        if found is None or found.lastgroup is None:
            rest = self._text[self._offset :].lstrip(" \t\n\r")
            place = self.place(len(self._text) - len(rest))
            raise Unreadable(place, "not-json", f"this is not JSON: {shown(rest)}")
        self._kind, self._lexeme = found.lastgroup, found[found.lastgroup]
        self._here = self.place(found.start(found.lastgroup))
        self._offset = found.end()

    def _node(self, depth: int) -> Node:
        place = self._here
        self._values = bounded(self._values + 1, place)
        match self._kind, self._lexeme:
            case "text", _:
                return Node(place, self._string())
            case "number", digits:
                return Node(place, number(digits, place))
            case "word", word:
                return Node(place, _WORDS[word])
            case "mark", "[":
                check_depth(depth, place)
                return self._array(place, depth)
            case "mark", "{":
                check_depth(depth, place)
                return self._object(place, depth)
            case _:
                raise Unreadable(place, "not-json", f"this is not JSON: {self._lexeme or 'it ends here'}")

    def _string(self) -> str:
        return check_text(json.loads(self._lexeme), self._here)

    def _array(self, place: Place, depth: int) -> Node:
        items: list[Node] = []
        self._next()
        while self._lexeme != "]":
            items.append(self._node(depth + 1))
            self._after_item()
        return Node(place, items, size=1 + sum(item.size for item in items))

    def _object(self, place: Place, depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        self._next()
        while self._lexeme != "}":
            key, where = self._string(), self._here
            self._next()
            self._next()
            value = self._node(depth + 1)
            if key in entries:
                self._problems.add(
                    where, "duplicate-key", f"{shown(key)} is here twice, first in line {keys[key].line}"
                )
            else:
                entries[key], keys[key] = value, where
            self._after_item()
        return Node(place, entries, keys, 1 + sum(value.size for value in entries.values()))

    def _after_item(self) -> None:
        self._next()
        if self._lexeme == ",":
            self._next()
