"""An event for those who may not see personal data: only what is known to be harmless is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.pages.formats import without_personal
from loyalty.program.program import Program
from workbench.masking import HIDDEN, Masker

_SAYS_VALUES = frozenset({"condition_false", "code_refused", "counted_already", "counts_nothing", "came_to_nothing"})
"""Verdicts whose reason quotes what was reported, or what is kept of a member."""

_WITH_VALUES = frozenset({"set_attribute", "call_webhook"})
"""Effects with values of a member or an event."""


def hidden_event(event: Mapping[str, Any], program: Program, *, now: datetime) -> dict[str, Any]:
    """An event as the API shows it, with everything hidden that may be personal; `customerData` stays as it is."""
    return _Hiding(event, program, now).event(event)


class _Hiding:
    """Hides in one event: its body by the schema and the rules, then what that has in every sentence."""

    def __init__(self, event: Mapping[str, Any], program: Program, now: datetime) -> None:
        known = event["type"] in program.event_types
        self._masker = Masker(program, event["type"], now=now) if known else None
        self._personal = [value for value in event["customerData"].values() if isinstance(value, str)]
        if self._masker is not None:
            for each in self._personal:
                self._masker.add_identifier(each)

    def event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        body = self._body(event["body"])
        texts = {name: self._sentence(event[name]) for name in ("error", "unreadable") if event.get(name)}
        return {
            **event,
            **texts,
            "body": body,
            "decision": event["decision"] and [self._answer(each) for each in event["decision"]],
            "outcome": {**event["outcome"], "did": [self._sentence(each) for each in event["outcome"]["did"]]},
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
