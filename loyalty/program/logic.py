"""JSON Logic in program files, with the place of each part, and templates that contain rules."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeAlias

import rules
from rules.frozen import frozen_at_type_check


@frozen_at_type_check
class Place:
    """A position in a program's files; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen_at_type_check
class Logic:
    """A JSON Logic rule of a program file, checked and compiled."""

    expression: rules.Expression
    rule: rules.Rule
    place: Place
    place_of: Callable[[rules.JsonPath], Place]
    """Return the place of a part of the expression."""


Template: TypeAlias = Any
"""JSON in which any part may be `Logic`; see `fill_template`."""


def fill_template(template: Template, values: Mapping[str, Any]) -> Any:
    """Return a template with every rule in it replaced by its value."""
    match template:
        case Logic():
            return template.rule(values)
        case dict():
            return {key: fill_template(value, values) for key, value in template.items()}
        case list() | tuple():
            return [fill_template(value, values) for value in template]
        case _:  # a value of JSON, which holds no rule
            return template


def logics_of(template: Template) -> Iterator[Logic]:
    """Yield all rules in a template."""
    match template:
        case Logic():
            yield template
        case dict():
            yield from chain.from_iterable(map(logics_of, template.values()))
        case list() | tuple():
            yield from chain.from_iterable(map(logics_of, template))
        case _:  # a value of JSON, which holds no rule
            return


def reads_member(logic: Logic) -> bool:
    """Return whether a rule may read anything of the member."""
    return rules.may_read(logic.expression, "member")


def reads_event(logic: Logic) -> bool:
    """Return whether a rule may read anything of the event."""
    return rules.may_read(logic.expression, "event")
