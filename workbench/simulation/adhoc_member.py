"""An ad hoc member of a simulation, described with the keys of a member in a test."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from loyalty.program.logic import Place
from loyalty.program.program import Program
from program_files.grammar.tests import MEMBER, MEMBER_MAP
from program_files.grammar.values import Key, MapGrammar
from program_files.readers.map_reader import MapReader
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from workbench.scenarios.files.fixtures import ONLY, read_members
from workbench.scenarios.files.names import ProgramNames
from workbench.scenarios.model import Fixture


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


_KEY_OF: Final[Mapping[str, str]] = {_camel(key): key for key in MEMBER_MAP.by_name}
"""The key of a member in a test, by its spelling in the API."""

_SIMULATION: Final = MapGrammar("a simulation", (Key(ONLY, MEMBER, "The member."),))


def read_adhoc_member(node: Node, program: Program, now: datetime) -> Fixture:
    """Return the member that a node describes at `now`; raise ProgramFaults with all problems."""
    problems = Problems()
    if isinstance(node.value, dict):
        entries: Mapping[str, Node] = {_KEY_OF.get(key, key): value for key, value in node.entries.items()}
        keys = {_KEY_OF.get(key, key): place for key, place in node.keys.items()}
        node = Node(node.place, entries, keys, node.size)
    whole = Node(node.place, {ONLY: node}, {ONLY: node.place})
    members = read_members(MapReader(whole, problems, _SIMULATION), ProgramNames(program), now)
    problems.raise_if_any()
    return members[ONLY]


def node_from_json(value: Any, path: str) -> Node:
    """Return a JSON value as a node whose places are paths in that value, such as `member.points`, instead of files."""
    place = Place(path, 1, 1)
    match value:
        case dict():
            entries = {key: node_from_json(each, f"{path}.{key}") for key, each in value.items()}
            return Node(place, entries, {key: each.place for key, each in entries.items()})
        case list():
            return Node(place, [node_from_json(each, f"{path}.{index}") for index, each in enumerate(value)])
        case scalar:
            return Node(place, scalar)
