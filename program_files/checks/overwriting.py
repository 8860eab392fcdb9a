"""Two responders to one event that set the same attribute, so that one value is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rules
from loyalty.program.effect_rules import SetAttributeRule
from loyalty.program.logic import Place
from program_files.checks.causality import Responder, agree, overlap, with_body
from program_files.readers.declarations import Declarations
from program_files.text.problems import Problems

MOST_COMPARED = 20
"""How many earlier writers of an attribute each writer is compared with."""


@dataclass(frozen=True, slots=True)
class _Writer:
    responder: Responder
    attribute: str
    value: Any
    """As the file has it: two writers of the same value do no harm."""
    place: Place


def note_overwriting(responders: Sequence[Responder], declared: Declarations, problems: Problems) -> None:
    """Warn of each effect that sets an attribute which another effect of the same event sets, too."""
    writers: dict[tuple[str, str], list[_Writer]] = {}
    for responder in responders:
        for effect, node in zip(responder.then, responder.effects, strict=True):
            if isinstance(effect, SetAttributeRule):
                earlier = writers.setdefault((responder.on, effect.name), [])
                rule = node.entries["set_attribute"]
                writer = _Writer(responder, effect.name, rule.plain().get("value"), rule.place_of(("name",)))
                _note(writer, earlier, declared, problems)
                earlier.append(writer)


def _note(writer: _Writer, earlier: list[_Writer], declared: Declarations, problems: Problems) -> None:
    for other in earlier[:MOST_COMPARED]:
        if writer.value != other.value and _may_both_fire(writer.responder, other.responder, declared):
            whose = "this reactor" if writer.responder is other.responder else other.responder.name
            message = f"{whose} sets {writer.attribute} on the same event, and what is set last stays"
            problems.warn(writer.place, "same-attribute", message)
            return


def _may_both_fire(one: Responder, other: Responder, declared: Declarations) -> bool:
    if not overlap(one, other) or not agree(one.body, other.body):
        return False
    scope = declared.scope_of(one.on)
    both = with_body(scope, {**one.body, **other.body})
    for first, second in ((one, other), (other, one)):
        given = None if first.when is None else first.when.expression
        if second.when is not None and rules.static_truth(second.when.expression, scope, both, given) is False:
            return False
    return True
