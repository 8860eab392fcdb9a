"""Read YAML 1.2 as nodes: scalars of the core schema, one document, no tags and no merge keys.

Nodes are built from libyaml's events one by one, so that deep nesting or alias bombs are stopped at a bound.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from loyalty.program.logic import Place
from program_files.text.nodes import Node, Scalar, bounded, check_depth, check_text, number
from program_files.text.problems import Problems, Unreadable, shown

_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_RADIX = re.compile(r"0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Includes NEL, LS and PS: libyaml breaks lines there, which no editor shows."""
_TAGS = "tag:yaml.org,2002:"
_DIRECTIVE = re.compile(r"^%TAG", re.MULTILINE)  # libyaml takes quadratic time for many of them
_BREAK = re.compile(r"\r\n|[\r\n]")
_CURES = {
    "cannot start any token": "a text or an operator that begins with >, %, @, ` or a tab needs quotes",
    "scanning an alias": "the operator '*' needs quotes",
    "scanning a block scalar": "an operator such as '>' needs quotes",
    "mapping values are not allowed": "check the indentation; a text with ': ' in it needs quotes",
    "did not find expected <document start>": "check the indentation",
    "found unexpected end of stream": "a quote is not closed",
    "unknown escape character": "write \\\\ for a backslash, or use single quotes",
}
_SHOWN_AT_BEGINNING = ("an alias", "an anchor", "a block scalar", "a simple key", "unexpected end of stream")
"""Errors that are shown where the construct begins, not where the parser stopped."""


def read_yaml(file: str, text: str, problems: Problems) -> Node:
    """Return the document of a YAML text; raise Unreadable if it is not valid; note what does not end the reading."""
    directive = _DIRECTIVE.search(text)
    if directive:
        raise Unreadable(_place_at(file, text, directive.start()), "tag", "tags are not read: remove %TAG")
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        place = _place_at(file, text, unprintable.start())
        raise Unreadable(place, "bad-character", f"U+{ord(unprintable[0]):04X} cannot stand in YAML")
    try:
        return _Document(file, text, problems).read()
    except yaml.MarkedYAMLError as error:
        begins = any(words in f"{error.context} {error.problem}" for words in _SHOWN_AT_BEGINNING)
        mark = (error.context_mark if begins else None) or error.problem_mark
        assert mark is not None, "libyaml says where"
        raise Unreadable(Place(file, mark.line + 1, mark.column + 1), "not-yaml", _message(error)) from None


class _Document:
    def __init__(self, file: str, text: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._events: Iterator[Event] = iter(yaml.parse(text, Loader=yaml.CBaseLoader))
        self._anchors: dict[str, Node] = {}
        self._values = 0

    def read(self) -> Node:
        document: Node | None = None
        for event in self._events:
            if not isinstance(event, DocumentStartEvent):
                continue
            if document is not None:
                raise Unreadable(self._place(event), "several-documents", "a file holds one document: remove the ---")
            document = self._node(next(self._events), 1)
        if document is None:
            raise Unreadable(Place(self._file, 1, 1), "empty-file", "the file is empty")
        return document

    def _place(self, event: Event) -> Place:
        mark = event.start_mark
        assert mark is not None, "libyaml says where"
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _node(self, event: Event, depth: int) -> Node:
        place = self._place(event)
        if isinstance(event, AliasEvent):
            return self._aliased(event, place)
        assert isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent), (
            "a node begins with one of these"
        )
        if event.tag is not None:
            self._refuse_tag(event.tag, place)
        self._count(1, place)
        match event:
            case ScalarEvent():
                node = Node(place, _scalar(event, place))
            case SequenceStartEvent():
                check_depth(depth, place)
                node = self._sequence(place, depth)
            case _:
                check_depth(depth, place)
                node = self._mapping(place, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _refuse_tag(self, tag: str, place: Place) -> None:
        """Note a tag; raise Unreadable if it is an unquoted operator, as everything after it is misread."""
        written = tag.replace(_TAGS, "!!", 1)
        if written.endswith(":"):
            cure = f"tags are not read, and {shown(written[:-1])} is one: put the operator in quotes"
            raise Unreadable(place, "tag", cure)
        self._problems.add(place, "tag", f"tags are not read: remove {shown(written)}")

    def _count(self, values: int, place: Place) -> None:
        self._values = bounded(self._values + values, place)

    def _aliased(self, event: AliasEvent, place: Place) -> Node:
        name = str(event.anchor)
        node = self._anchors.get(name)
        if node is None:
            raise Unreadable(place, "unknown-alias", f"*{shown(name)} has no anchor before it")
        self._count(node.size, place)
        return replace(node, place=place)

    def _sequence(self, place: Place, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node(place, items, size=1 + sum(item.size for item in items))

    def _mapping(self, place: Place, depth: int) -> Node:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key, where = self._key(event, depth), self._place(event)
            value = self._node(next(self._events), depth + 1)
            if key in entries:
                self._problems.add(
                    where, "duplicate-key", f"{shown(key)} is here twice, first in line {keys[key].line}"
                )
            elif key is not None:
                entries[key], keys[key] = value, where
        return Node(place, entries, keys, 1 + sum(value.size for value in entries.values()))

    def _key(self, event: Event, depth: int) -> str | None:
        """Return the text of a key; None, and a problem, if it is not a text."""
        if isinstance(event, ScalarEvent) and not (event.value == "<<" and event.implicit[0]):
            if event.tag is not None:
                self._refuse_tag(event.tag, self._place(event))
            if event.anchor:
                self._anchors[event.anchor] = Node(self._place(event), event.value)
            return check_text(event.value, self._place(event))
        if isinstance(event, ScalarEvent):
            self._problems.add(self._place(event), "merge-key", "<< is not read: write the keys out")
            return None
        self._node(event, depth + 1)
        self._problems.add(self._place(event), "bad-key", "a key is a text, not a list, a map or an alias")
        return None


def _scalar(event: ScalarEvent, place: Place) -> Scalar:
    text = check_text(event.value, place)
    is_plain = event.implicit[0] or (event.tag not in (None, "!", f"{_TAGS}str") and event.style == "")
    if not is_plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return number(text, place)
    if _RADIX.fullmatch(text):
        return int(text, 0)
    if _NOT_FINITE.fullmatch(text):
        raise Unreadable(place, "bad-number", f"{text} is not a number to count with")
    return text


def _message(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "the text cannot be read")
    context = f" ({error.context})" if error.context and error.problem else ""
    cure = next((cure for words, cure in _CURES.items() if words in problem + context), None)
    return f"this is not YAML: {shown(problem)}{context}" + (f": {cure}" if cure else "")


def _place_at(file: str, text: str, offset: int) -> Place:
    breaks = [found.end() for found in _BREAK.finditer(text, 0, offset)]
    return Place(file, len(breaks) + 1, offset - (breaks[-1] if breaks else 0) + 1)
