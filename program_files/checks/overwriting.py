"""Two answers to one event that write the same attribute: one of them writes in vain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rules
from loyalty.program.effect_rules import SetAttributeRule
from loyalty.program.logic import Place
from program_files.checks.causality import Answer, agree, overlap, with_body
from program_files.known_names import Known
from program_files.problems import Problems

MOST_COMPARED = 20
"""Earlier writers of an attribute that each is compared with."""


@dataclass(frozen=True, slots=True)
class _Writer:
    answer: Answer
    attribute: str
    value: Any
    """As the file says it: two that say the same do no harm."""
    place: Place


def note_overwriting(answers: Sequence[Answer], known: Known, problems: Problems) -> None:
    """A warning for each that may be overwritten, or overwrite, by the same event."""
    writers: dict[tuple[str, str], list[_Writer]] = {}
    for answer in answers:
        for effect, node in zip(answer.then, answer.effects, strict=True):
            if isinstance(effect, SetAttributeRule):
                earlier = writers.setdefault((answer.on, effect.name), [])
                rule = node.entries["set_attribute"]
                writer = _Writer(answer, effect.name, rule.plain().get("value"), rule.place_of(("name",)))
                _note(writer, earlier, known, problems)
                earlier.append(writer)


def _note(writer: _Writer, earlier: list[_Writer], known: Known, problems: Problems) -> None:
    for other in earlier[:MOST_COMPARED]:
        if writer.value != other.value and _may_both_fire(writer.answer, other.answer, known):
            whose = "this reactor" if writer.answer is other.answer else other.answer.name
            message = f"{whose} sets {writer.attribute} on the same event, and what is set last stays"
            problems.warn(writer.place, "same-attribute", message)
            return


def _may_both_fire(one: Answer, other: Answer, known: Known) -> bool:
    if not overlap(one, other) or not agree(one.body, other.body):
        return False
    scope = known.scope_of(one.on)
    both = with_body(scope, {**one.body, **other.body})
    for first, second in ((one, other), (other, one)):
        given = None if first.when is None else first.when.expression
        if second.when is not None and rules.static_truth(second.when.expression, scope, both, given) is False:
            return False
    return True
