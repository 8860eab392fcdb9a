"""Decisions as plain JSON: how the database keeps them, small, and how APIs show them, written out."""

from collections.abc import Mapping
from typing import Any, assert_never

from loyalty.calendar import Duration
from loyalty.decisions.decision import Answer, Decision
from loyalty.decisions.reason_json import reason_from_json, reason_to_json
from loyalty.program.effects import (
    After,
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    EndOf,
    Expiry,
    GrantBadge,
    IssueReward,
    Never,
    OnDate,
    Points,
    SetAttribute,
    SetTier,
)


def to_json(decision: Decision) -> list[dict[str, Any]]:
    """The answers, and nothing twice; claims are spent when they are stored and need no keeping."""
    return [_answer_to_json(answer) for answer in decision.answers]


def from_json(kept: list[dict[str, Any]]) -> Decision:
    """The decision that `to_json` wrote."""
    return Decision(tuple(_answer_from_json(answer) for answer in kept))


def written_out(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `to_json` wrote, for whoever reads it: every answer with its sentence, every place with its file."""
    return [_written_out(answer) for answer in kept]


def _answer_to_json(answer: Answer) -> dict[str, Any]:
    kept: dict[str, Any] = {"source": answer.source, "verdict": answer.verdict, "place": answer.place}
    if answer.reason is not None:
        kept["reason"] = reason_to_json(answer.reason, file=_file(answer.place))
    if answer.said:
        kept["because"] = answer.said
    if answer.effects:
        kept["effects"] = [effect_to_json(effect) for effect in answer.effects]
    return kept


def _answer_from_json(kept: Mapping[str, Any]) -> Answer:
    reason = reason_from_json(kept["reason"], file=_file(kept["place"])) if "reason" in kept else None
    return Answer(
        source=kept["source"],
        verdict=kept["verdict"],
        said=kept.get("because", ""),
        effects=tuple(effect_from_json(effect) for effect in kept.get("effects", ())),
        place=kept["place"],
        reason=reason,
    )


def _written_out(kept: Mapping[str, Any]) -> dict[str, Any]:
    # Effects stay as they are: those of another version of Laurel are to be shown, too.
    answer = _answer_from_json({name: value for name, value in kept.items() if name != "effects"})
    written = {
        "source": answer.source,
        "verdict": answer.verdict,
        "because": answer.because,
        "place": answer.place,
        "effects": kept.get("effects", []),
    }
    return written if answer.reason is None else written | {"reason": reason_to_json(answer.reason, file=None)}


def _file(place: str) -> str:
    return place.rsplit(":", 2)[0]


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """An effect under the name that program files give it; points in the wallet's smallest unit."""
    match effect:
        case AwardPoints(wallet, points, pending, expires):
            award = {"wallet": wallet, "points": points, "expires": _expiry_to_json(expires)}
            return {"award_points": award | ({"pending": _duration_to_json(pending)} if pending else {})}
        case DeductPoints(wallet, points):
            return {"deduct_points": {"wallet": wallet, "points": points}}
        case GrantBadge(badge):
            return {"grant_badge": badge}
        case IssueReward(reward):
            return {"issue_reward": reward}
        case SetTier(tier):
            return {"set_tier": tier}
        case SetAttribute(name, value):
            return {"set_attribute": {"name": name, "value": value}}
        case CallWebhook(url, body, headers):
            return {"call_webhook": {"url": url, "body": body, "headers": dict(headers)}}
        case _:
            assert_never(effect)


def effect_from_json(effect: Mapping[str, Any]) -> Effect:
    """The effect that `effect_to_json` wrote."""
    ((name, value),) = effect.items()
    match name:
        case "award_points":
            pending = _duration_from_json(value.get("pending", [0, 0, 0]))
            return AwardPoints(value["wallet"], Points(value["points"]), pending, _expiry_from_json(value["expires"]))
        case "deduct_points":
            return DeductPoints(value["wallet"], Points(value["points"]))
        case "grant_badge":
            return GrantBadge(value)
        case "issue_reward":
            return IssueReward(value)
        case "set_tier":
            return SetTier(value)
        case "set_attribute":
            return SetAttribute(value["name"], value["value"])
        case "call_webhook":
            return CallWebhook(value["url"], value["body"], tuple(value["headers"].items()))
        case _:
            raise ValueError(f"{name!r} is no effect of this version of Laurel")


def _duration_to_json(duration: Duration) -> list[int]:
    return [duration.months, duration.days, duration.seconds]


def _duration_from_json(parts: list[int]) -> Duration:
    return Duration(*parts)


def _expiry_to_json(expiry: Expiry) -> Any:
    match expiry:
        case Never():
            return "never"
        case After(duration):
            return {"after": _duration_to_json(duration)}
        case EndOf(period):
            return {"end_of": period}
        case OnDate(month, day):
            return {"on": [month, day]}
        case _:
            assert_never(expiry)


def _expiry_from_json(expiry: Any) -> Expiry:
    match expiry:
        case "never":
            return Never()
        case {"after": parts}:
            return After(_duration_from_json(parts))
        case {"end_of": period}:
            return EndOf(period)
        case {"on": [month, day]}:
            return OnDate(month, day)
        case _:
            raise ValueError(f"{expiry!r} is no expiry of this version of Laurel")
