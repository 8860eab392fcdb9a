"""The kinds of files, and the schema of each.

Draft 7: the YAML and JSON language servers know it best, draft 2020-12 only in part and not everywhere. See
docs/decisions/0008-editors-get-draft-7.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench.editor import events, rules, scenarios
from workbench.editor.achievements import achievement
from workbench.editor.effects import effect
from workbench.editor.events import event
from workbench.editor.parts import Schema
from workbench.editor.programs import program
from workbench.editor.reactors import reactor
from workbench.editor.rewards import reward
from workbench.editor.scenarios import scenario
from workbench.editor.scopes import Scopes
from workbench.editor.vocabulary import Vocabulary

DRAFT: Final = "http://json-schema.org/draft-07/schema#"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: where such files are, and how their schema is made."""

    name: str
    title: str
    folder: str
    """Where its files are in a program; empty: beside the folders."""
    make: Callable[[Vocabulary, Scopes], Schema]
    define: Callable[[Vocabulary], Mapping[str, Schema]]
    """Definitions beside those of the scopes."""

    @property
    def files(self) -> str:
        """The pattern of its files' paths inside a program, without their ending."""
        return f"{self.folder}/**/*" if self.folder else self.name

    @property
    def example(self) -> str:
        """Where such a file is, for a person."""
        return f"{self.folder}/*.yaml" if self.folder else f"{self.name}.yaml"

    @property
    def schema_file(self) -> str:
        return f"{self.name}.schema.json"


def _nothing(_: Vocabulary) -> Mapping[str, Schema]:
    return {}


def _logic(vocabulary: Vocabulary) -> Mapping[str, Schema]:
    return {**rules.definitions(), "effect": effect(vocabulary)}


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("program", "A program", "", lambda *_: program(), _nothing),
        Kind("event", "An event type", "events", lambda names, _: event(names), lambda _: events.definitions()),
        Kind("reactor", "A reactor", "reactors", reactor, _logic),
        Kind("achievement", "An achievement", "achievements", achievement, _logic),
        Kind("reward", "A reward", "rewards", lambda *_: reward(), _nothing),
        Kind("test", "A test", "tests", lambda *_: scenario(), scenarios.definitions),
    )
}


def schema_of(kind: Kind, vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema of a kind of files in a program, as JSON."""
    scopes = Scopes()
    made = kind.make(vocabulary, scopes)
    definitions = {**kind.define(vocabulary), **scopes.definitions}
    return {
        "$schema": DRAFT,
        "title": kind.title,
        **made,
        **({"definitions": definitions} if definitions else {}),
    }
