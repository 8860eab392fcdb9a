"""Events for people: their outcome, in units of wallets, as the API and commands show it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from loyalty.decisions.decision_json import written_out
from loyalty.masking import MASK, masked_url
from loyalty.program.program import Program
from loyalty.program.wallets import exact_amount

GAINS: Final = {"achievement_completed": "achievements", "badge_granted": "badges", "reward_issued": "rewards"}
"""Built-in events that report what a member got, and the list of the outcome that shows each."""

_UNITS = ("mo", "d", "s")


def shown(moment: datetime, zone: tzinfo) -> str:
    """Return an instant in the store's time zone, with its offset, in milliseconds."""
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


def amount(program: Program, wallet: str, points: int) -> Any:
    """Return points in units of the wallet; with all decimals if this revision does not have the wallet."""
    known = program.wallets.get(wallet)
    return known.amount(points) if known else exact_amount(points)


def outcome(did: Sequence[str], entries: list[Any], caused: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what an event did, and what the member got through the events that it caused."""
    gains: dict[str, list[Any]] = {name: [] for name in GAINS.values()}
    for node in caused:
        if node["type"] in GAINS and "removedAt" not in node:  # then its body is removed, too
            gains[GAINS[node["type"]]].append(node["body"])
    return {"did": list(did), "entries": entries, "caused": caused, **gains}


def decision(kept: list[dict[str, Any]] | None, program: Program) -> list[dict[str, Any]] | None:
    """Return a stored decision in readable form."""
    if kept is None:
        return None
    return [
        answer | {"effects": [_effect(each) for each in answer["effects"]]}
        for answer in written_out(kept, program.wallets)
    ]


def _effect(effect: Mapping[str, Any]) -> dict[str, Any]:
    """Return a readable effect as a program file writes it, without the secrets of a webhook."""
    ((name, value),) = effect.items()
    if name == "call_webhook":
        hidden = {"url": masked_url(value["url"]), "headers": dict.fromkeys(value.get("headers", {}), MASK)}
        return {name: {**value, **hidden}}
    if name not in ("award_points", "deduct_points"):
        return dict(effect)
    readable = {key: each for key, each in value.items() if key != "posted"}
    if "pending" in value:
        readable["pending"] = _duration(value["pending"])
    match value.get("expires"):
        case {"after": parts} as expires:
            readable["expires"] = dict(expires) | {"after": _duration(parts)}
        case {"end_of": _, "plus": parts} as expires:
            readable["expires"] = dict(expires) | {"plus": _duration(parts)}
        case {"on": [month, day]}:
            readable["expires"] = {"on": f"{month:02}-{day:02}"}
        case _:
            pass
    return {name: readable}


def _duration(parts: list[int]) -> str:
    return " ".join(f"{count}{unit}" for count, unit in zip(parts, _UNITS, strict=True) if count) or "0d"
