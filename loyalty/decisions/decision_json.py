"""Decisions as plain JSON: compact in the database, written out in answers of the API.

In the database a decision is a list with one object for each outcome:
`{"source", "verdict", "place"}` and, if there are any, `reason` (facts), `because` (text) and `effects`, each an object
with the effect's name as its only key. `units` is an amount in units of the wallet; decisions from before points were
stored in millionths have `points` in its place, in the smallest unit that the wallet showed. Claims are not stored:
they are part of the use of limits.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias, assert_never

from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.expiry_json import duration_from_json, duration_to_json, expiry_from_json, expiry_to_json
from loyalty.decisions.reason_json import reason_from_json, reason_to_json
from loyalty.program.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.wallets import Wallet, exact_amount, to_points

Wallets: TypeAlias = Mapping[str, Wallet]
"""The wallets of a program, by code."""


def to_json(decision: Decision) -> list[dict[str, Any]]:
    """Return the outcomes as the database stores them, without anything that can be derived."""
    return [_outcome_to_json(outcome) for outcome in decision.outcomes]


def from_json(stored: list[dict[str, Any]], wallets: Wallets) -> Decision:
    """Return the decision that `to_json` wrote, without its claims; `wallets` are those of the event's revision."""
    return Decision(tuple(_outcome_from_json(outcome, wallets) for outcome in stored))


def written_out(stored: list[dict[str, Any]], wallets: Wallets) -> list[dict[str, Any]]:
    """Return what `to_json` wrote, in readable form: outcomes with sentences, places with files, `points` in units."""
    return [_written_out(outcome, wallets) for outcome in stored]


def _outcome_to_json(outcome: RuleOutcome) -> dict[str, Any]:
    stored: dict[str, Any] = {"source": outcome.source, "verdict": outcome.verdict, "place": outcome.place}
    if outcome.reason is not None:
        stored["reason"] = reason_to_json(outcome.reason, file=_file(outcome.place))
    if outcome.text:
        stored["because"] = outcome.text
    if outcome.effects:
        stored["effects"] = [effect_to_json(effect) for effect in outcome.effects]
    return stored


def _outcome_from_json(stored: Mapping[str, Any], wallets: Wallets) -> RuleOutcome:
    reason = reason_from_json(stored["reason"], file=_file(stored["place"])) if "reason" in stored else None
    return RuleOutcome(
        source=stored["source"],
        verdict=stored["verdict"],
        text=stored.get("because", ""),
        effects=tuple(effect_from_json(effect, wallets) for effect in stored.get("effects", ())),
        place=stored["place"],
        reason=reason,
    )


def _written_out(stored: Mapping[str, Any], wallets: Wallets) -> dict[str, Any]:
    # Effects are shown as stored, since another version of Laurel may have written them.
    outcome = _outcome_from_json({name: value for name, value in stored.items() if name != "effects"}, wallets)
    written = {
        "source": outcome.source,
        "verdict": outcome.verdict,
        "because": outcome.because,
        "place": outcome.place,
        "effects": [_effect_written_out(effect, wallets) for effect in stored.get("effects", [])],
    }
    return written if outcome.reason is None else written | {"reason": reason_to_json(outcome.reason, file=None)}


def _effect_written_out(effect: Mapping[str, Any], wallets: Wallets) -> dict[str, Any]:
    ((name, value),) = effect.items()
    if not isinstance(value, Mapping) or "wallet" not in value:
        return dict(effect)
    rest = {key: each for key, each in value.items() if key not in ("units", "points", "wallet")}
    return {name: {"wallet": value["wallet"], "points": _units(value, wallets), **rest}}


def _units(value: Mapping[str, Any], wallets: Wallets) -> Decimal | int:
    """Return the amount of a stored effect, in units of its wallet."""
    if "units" in value:
        units: Decimal | int = value["units"]
        return units
    wallet = wallets.get(value["wallet"])
    points = int(value["points"])
    return Decimal(points).scaleb(-wallet.decimals) if wallet is not None and wallet.decimals else points


def _file(place: str) -> str:
    return place.rsplit(":", 2)[0]


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """Return an effect under its name in program files."""
    match effect:
        case AwardPoints(wallet, points, pending, expires, qualifies):
            award = {"wallet": wallet, "units": exact_amount(points), "expires": expiry_to_json(expires)}
            award |= {"pending": duration_to_json(pending)} if pending else {}
            return {"award_points": award if qualifies else award | {"qualifies": False}}
        case DeductPoints(wallet, points, up_to, is_posted):
            flags = {"up_to": up_to, "posted": is_posted}
            deduction = {"wallet": wallet, "units": exact_amount(points)}
            return {"deduct_points": deduction | {flag: True for flag, holds in flags.items() if holds}}
        case GrantBadge(badge):
            return {"grant_badge": badge}
        case IssueReward(reward):
            return {"issue_reward": reward}
        case SetTier(tier, tier_set):
            return {"set_tier": tier if tier_set == DEFAULT_SET else {"set": tier_set, "tier": tier}}
        case SetAttribute(name, value):
            return {"set_attribute": {"name": name, "value": value}}
        case CallWebhook(url, body, headers):
            return {"call_webhook": {"url": url, "body": body, "headers": dict(headers)}}
        case _:
            assert_never(effect)


def effect_from_json(effect: Mapping[str, Any], wallets: Wallets) -> Effect:
    """Return the effect that `effect_to_json` wrote; raise ValueError for any other JSON."""
    ((name, value),) = effect.items()
    match name:
        case "award_points":
            pending = duration_from_json(value.get("pending", [0, 0, 0]))
            points = to_points(_units(value, wallets))
            expires, qualifies = expiry_from_json(value["expires"]), value.get("qualifies", True)
            return AwardPoints(value["wallet"], points, pending, expires, qualifies)
        case "deduct_points":
            up_to, is_posted = value.get("up_to", False), value.get("posted", False)
            return DeductPoints(value["wallet"], to_points(_units(value, wallets)), up_to, is_posted)
        case "grant_badge":
            return GrantBadge(value)
        case "issue_reward":
            return IssueReward(value)
        case "set_tier":
            return SetTier(value) if isinstance(value, str) else SetTier(value["tier"], value["set"])
        case "set_attribute":
            return SetAttribute(value["name"], value["value"])
        case "call_webhook":
            return CallWebhook(value["url"], value["body"], tuple(value["headers"].items()))
        case _:
            raise ValueError(f"{name!r} is not an effect of this version of Laurel")
