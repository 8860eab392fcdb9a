"""What can be said of a thing, one aspect at a time, and how two sayings of it differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from loyalty.program.logic import Logic, Place
from rules import exact
from rules.values import Json
from workbench.differences.expressions import json_of, rule_parts, words_of
from workbench.differences.model import Part
from workbench.differences.trees import schema_parts, shown, tree_parts


@dataclass(frozen=True, slots=True)
class Said:
    """Something said in so many words; `alike` tells several sayings about the same apart."""

    about: str
    words: str
    alike: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """Something that a rule says; `of` is what is made of it: `the sum of`."""

    about: str
    logic: Logic
    of: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """Something that a JSON tree says."""

    about: str
    tree: Json


@dataclass(frozen=True, slots=True)
class Shaped:
    """What a JSON Schema says."""

    about: str
    schema: Json


Aspect: TypeAlias = Said | Ruled | Filled | Shaped


def key(aspect: Aspect) -> str:
    """The same for two aspects that say the same."""
    match aspect:
        case Said(about, words, _):
            return f"{about}: {words}"
        case Ruled(about, logic, of):
            return f"{about}: {of} {exact.dumps(json_of(logic.expression))}"
        case Filled(about, tree) | Shaped(about, tree):
            return f"{about}: {exact.dumps(tree)}"
        case _:
            assert_never(aspect)


def alike(aspect: Aspect) -> str:
    """The same for two aspects of which one may have become the other."""
    return f"{aspect.about} {aspect.alike}".rstrip() if isinstance(aspect, Said) else aspect.about


def aspect_parts(old: Aspect | None, new: Aspect | None) -> Iterator[Part]:
    """How something said before and something said since differ."""
    match old, new:
        case None, None:
            return
        case Ruled(about, before, of), Ruled(_, since, now_of) if of == now_of:
            yield from rule_parts(about, before, since)
        case Filled(about, before), Filled(_, since):
            yield from tree_parts(about, before, since)
        case Shaped(about, before), Shaped(_, since):
            yield from schema_parts(about, before, since)
        case _:
            about = new.about if new is not None else old.about if old is not None else ""
            yield Part(about, _words(old), _words(new), _place(old), _place(new))


def _words(aspect: Aspect | None) -> str | None:
    match aspect:
        case None:
            return None
        case Said(_, words, _):
            return words
        case Ruled(_, logic, of):
            return f"{of} {words_of(logic.expression)}".lstrip()
        case Filled(_, tree) | Shaped(_, tree):
            return shown(tree)
        case _:
            assert_never(aspect)


def _place(aspect: Aspect | None) -> Place | None:
    return aspect.logic.place if isinstance(aspect, Ruled) else None
