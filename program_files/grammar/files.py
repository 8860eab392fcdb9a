"""The kinds of program files, and the map that each holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from program_files.grammar.achievements import ACHIEVEMENT
from program_files.grammar.events import EVENT_TYPE
from program_files.grammar.programs import PROGRAM
from program_files.grammar.reactors import REACTOR
from program_files.grammar.rewards import REWARD
from program_files.grammar.tests import TEST_MAP
from program_files.grammar.values import MapGrammar

FileKind: TypeAlias = Literal["program", "event", "reactor", "achievement", "reward", "test"]


@dataclass(frozen=True, slots=True)
class FileGrammar:
    """A kind of file of a program, and the map that such a file holds."""

    name: FileKind
    title: str
    folder: str
    """Where its files are in a program; empty: beside the folders."""
    map: MapGrammar


FILE_GRAMMARS: Final[Mapping[FileKind, FileGrammar]] = {
    grammar.name: grammar
    for grammar in (
        FileGrammar("program", "A program", "", PROGRAM),
        FileGrammar("event", "An event type", "events", EVENT_TYPE),
        FileGrammar("reactor", "A reactor", "reactors", REACTOR),
        FileGrammar("achievement", "An achievement", "achievements", ACHIEVEMENT),
        FileGrammar("reward", "A reward", "rewards", REWARD),
        FileGrammar("test", "A test", "tests", TEST_MAP),
    )
}
