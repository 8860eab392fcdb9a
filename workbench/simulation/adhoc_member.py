"""A member who is made up, for a simulation: read as the fixtures of tests are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from loyalty.program.logic import Place
from loyalty.program.program import Program
from program_files.grammar.tests import MEMBER, MEMBER_MAP
from program_files.grammar.values import Key, MapGrammar
from program_files.map_reader import MapReader
from program_files.nodes import Node
from program_files.problems import Problems
from workbench.scenarios.files.fixtures import ONLY, read_members
from workbench.scenarios.files.names import Names
from workbench.scenarios.model import Fixture


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


_WRITTEN: Final[Mapping[str, str]] = {_camel(key): key for key in MEMBER_MAP.by_name}
"""Keys as the API writes them."""

_SIMULATION: Final = MapGrammar("a simulation", (Key(ONLY, MEMBER, "The member."),))


def read_invented(node: Node, program: Program, now: datetime) -> Fixture:
    """The member that a node tells of, as of a moment; raise ProgramFaults with everything that is wrong."""
    problems = Problems()
    if isinstance(node.value, dict):
        entries: Mapping[str, Node] = {_WRITTEN.get(key, key): value for key, value in node.entries.items()}
        keys = {_WRITTEN.get(key, key): place for key, place in node.keys.items()}
        node = Node(node.place, entries, keys, node.size)
    whole = Node(node.place, {ONLY: node}, {ONLY: node.place})
    members = read_members(MapReader(whole, problems, _SIMULATION), Names(program), now)
    problems.raise_if_any()
    return members[ONLY]


def node_of(value: Any, path: str) -> Node:
    """A JSON value as a node whose places are paths: `member.points` stands for a file."""
    place = Place(path, 1, 1)
    match value:
        case dict():
            entries = {key: node_of(each, f"{path}.{key}") for key, each in value.items()}
            return Node(place, entries, {key: each.place for key, each in entries.items()})
        case list():
            return Node(place, [node_of(each, f"{path}.{at}") for at, each in enumerate(value)])
        case scalar:
            return Node(place, scalar)
