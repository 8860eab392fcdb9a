"""Warn of attributes that rules read under a name similar to one that the program sets."""

import re
from collections.abc import Iterator
from itertools import chain

import rules
from loyalty.program.achievements import Achievement
from loyalty.program.effect_rules import SetAttributeRule
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from program_files.text.problems import Problems
from rules.expression import Call, Expression, Literal, walk
from rules.paths import LOOKUPS, split_path
from rules.spelling import closest_match

_DIGITS = re.compile("[0-9]+")
_ATTRIBUTES = ("member", "attributes")


def note_misspelt_attributes(program: Program, problems: Problems) -> None:
    """Warn of each attribute that is neither declared nor set, if its name is similar to one that is.

    Clients may set attributes that no effect sets, so any other unknown name is no problem, and neither is one that
    differs only in its number.
    """
    responders: tuple[Reactor | Achievement, ...] = (*program.reactors, *program.achievements)
    effects = chain.from_iterable(each.then for each in responders)
    names = {effect.name for effect in effects if isinstance(effect, SetAttributeRule)} | program.attributes.keys()
    for responder in responders:
        for logic in responder.logics():
            for name, path in _attributes_read(logic.expression):
                close = None if name in names else closest_match(name, names)
                if close is not None and _DIGITS.sub("", name) != _DIGITS.sub("", close):
                    message = f"no effect sets member.attributes.{name}"
                    if program.attributes:
                        message = f"member.attributes.{name} is not declared, and no effect sets it"
                    problems.warn(logic.place_of(path), "misspelt-attribute", message, f"member.attributes.{close}")


def _attributes_read(expression: Expression) -> Iterator[tuple[str, rules.JsonPath]]:
    """Yield each attribute that a rule reads by a literal path, and the place of that path in the rule."""
    for part in walk(expression):
        if isinstance(part, Call) and part.operator.name in LOOKUPS:
            for literal in chain.from_iterable(map(walk, part.operands)):
                steps = (
                    split_path(literal.value) if isinstance(literal, Literal) and isinstance(literal.value, str) else ()
                )
                if steps[:2] == _ATTRIBUTES and len(steps) > len(_ATTRIBUTES):
                    yield steps[2], literal.path
