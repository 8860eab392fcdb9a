"""Events for callers who may not see personal data: only what is known to be harmless is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.pages.formats import without_personal
from loyalty.program.program import Program
from workbench.masking import HIDDEN, CannotMask, Masker

_SAYS_VALUES = frozenset({"condition_false", "code_refused", "counted_already", "counts_nothing", "came_to_nothing"})
"""Verdicts whose reason quotes the report, or the member's data."""

_WITH_VALUES = frozenset({"set_attribute", "call_webhook"})
"""Effects with values of a member or an event."""


def hidden_event(event: Mapping[str, Any], program: Program, *, now: datetime) -> dict[str, Any]:
    """Return an event as the API shows it, with possibly personal values hidden; `customerData` is unchanged."""
    return _Hiding(event, program, now).event(event)


def hidden_simulation(done: Mapping[str, Any], program: Program, *, now: datetime) -> dict[str, Any]:
    """Return the result of a simulation, as the API shows it, with possibly personal values hidden."""

    def hidden(standing: Mapping[str, Any]) -> dict[str, Any]:
        return {**standing, "attributes": dict.fromkeys(standing["attributes"], HIDDEN)}

    lists = {name: [hidden_event(each, program, now=now) for each in done[name]] for name in ("events", "meanwhile")}
    messages = [{**each, "url": None, "body": HIDDEN} for each in done["messages"]]
    return {**done, **lists, "before": hidden(done["before"]), "after": hidden(done["after"]), "messages": messages}


def masked_body(event: Mapping[str, Any], program: Program, *, now: datetime) -> Any:
    """Return the body of an event with personal texts replaced, if possible so that its schema accepts it."""
    masker = _masker(event, program, now)
    if masker is None:
        return {}
    try:
        return masker.mask_body(event["body"])
    except CannotMask:
        return masker.hide_body(event["body"])


def _masker(event: Mapping[str, Any], program: Program, now: datetime) -> Masker | None:
    """Return the masker of an event; None if the program does not have its type."""
    if event["type"] not in program.event_types:
        return None
    masker = Masker(program, event["type"], now=now)
    for each in _identity(event):
        masker.add_identifier(each)
    return masker


def _identity(event: Mapping[str, Any]) -> list[str]:
    return [value for value in (event.get("customerData") or {}).values() if isinstance(value, str)]


class _Hiding:
    """Hides the personal values of one event: in its body by the schema and the rules, then in every sentence."""

    def __init__(self, event: Mapping[str, Any], program: Program, now: datetime) -> None:
        self._program, self._now = program, now
        self._masker = _masker(event, program, now)
        self._personal = _identity(event)

    def event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        body = self._body(event["body"])
        outcome = event["outcome"]
        caused = [hidden_event(each, self._program, now=self._now) for each in outcome["caused"]]
        texts = {name: self._sentence(event[name]) for name in ("error", "unreadable") if event.get(name)}
        return {
            **event,
            **texts,
            "body": body,
            "decision": event["decision"] and [self._answer(each) for each in event["decision"]],
            "outcome": {**outcome, "did": [self._sentence(each) for each in outcome["did"]], "caused": caused},
        }

    def _body(self, body: Any) -> Any:
        if self._masker is None:
            return HIDDEN
        hidden = self._masker.hide_body(body)
        self._personal += self._masker.personal_texts
        return hidden

    def _answer(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        reason = dict(answer.get("reason") or {})
        if "leaves" in reason:
            reason["leaves"] = [self._leaf(each) for each in reason["leaves"]]
        because = "" if answer["verdict"] in _SAYS_VALUES else self._sentence(answer["because"])
        effects = [self._effect(each) for each in answer["effects"]]
        return {**answer, "because": because, "reason": reason, "effects": effects}

    def _leaf(self, leaf: Mapping[str, Any]) -> dict[str, Any]:
        actual = {name: self._read(name, value) for name, value in leaf.get("actual", {}).items()}
        within = [HIDDEN for _ in leaf.get("within", ())]
        return {**leaf, "actual": actual, "needed": self._sentence(leaf.get("needed", "")), "within": within}

    def _read(self, name: str, value: Any) -> Any:
        return HIDDEN if self._masker is None else self._masker.hide_read(name, value)

    def _effect(self, effect: Mapping[str, Any]) -> dict[str, Any]:
        return {name: HIDDEN if name in _WITH_VALUES else value for name, value in effect.items()}

    def _sentence(self, text: Any) -> str:
        return without_personal(text, self._personal)
