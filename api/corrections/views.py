"""Corrections as responses and the audit log show them."""

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from pydantic.alias_generators import to_camel

from api.corrections.schemas import CorrectionSettingsView
from api.http.responses import format_instant, omit_none
from loyalty.calendar import read_instant
from loyalty.corrections.operations import Preview
from loyalty.program.program import Program
from loyalty.program.wallets import ONE
from loyalty.store.corrections import Act, Correction, CorrectionRules

_STANDING: Final = {
    "set_tier": "tierOfSet",
    "active": "activeUnits",
    "pending": "pendingUnits",
    "owed": "owedUnits",
    "progress": "progress",
    "completed": "completedCount",
    "times": "completedCount",
}
_MESSAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "points_added": ("AvailablePointsAmountChanged", "UnitsTransferWasAdded"),
    "points_spent": ("AvailablePointsAmountChanged", "UnitsTransferWasAdded"),
    "tier_changed": ("CustomerLevelChanged",),
    "reward_issued": ("CustomerBoughtReward",),
    "achievement_progress_set": ("MemberAchievementProgressWasChanged",),
}
"""The messages about corrections, by the built-in event that reports them."""


def correction_view(correction: Correction, program: Program) -> dict[str, Any]:
    """Return a correction, with the administrators who requested, decided and undid it."""
    zone = program.zone
    outcome = correction.outcome
    undone = None if outcome is None else outcome.get("undo")
    return {
        "correctionId": correction.id,
        "customerId": correction.member,
        "kind": correction.kind,
        "unit": correction.unit,
        "amount": _amount(correction),
        "change": {to_camel(name): value for name, value in correction.change.items()},
        "reason": correction.reason,
        "customEventId": correction.cause,
        "status": correction.status,
        "createdAt": format_instant(correction.asked.at, zone),
        "asked": _act_view(correction.asked, zone),
        "decided": _act_view(correction.decided, zone),
        "undone": _act_view(correction.undone, zone),
        "doneAt": None if correction.done_at is None else format_instant(correction.done_at, zone),
        "outcome": None if outcome is None else outcome_view(outcome, program),
        "undoOutcome": None if undone is None else outcome_view(undone, program),
    }


def outcome_view(outcome: Mapping[str, Any], program: Program) -> dict[str, Any]:
    """Return the result of a correction, or of undoing it."""
    return {
        "before": _standing_view(outcome["before"], program),
        "after": _standing_view(outcome["after"], program),
        "events": [{"customEventId": each["id"], "type": each["type"]} for each in outcome["events"]],
        **omit_none(
            transferId=outcome.get("transfer"),
            lockedUntil=_date(outcome.get("pending_until"), program.zone),
            expiresAt=_date(outcome.get("expires_at"), program.zone),
            issuedRewardIds=outcome.get("issued"),
        ),
    }


def preview_view(preview: Preview, program: Program) -> dict[str, Any]:
    """Return the result of a previewed correction, and whether it would wait for approval."""
    done, above = preview.done, preview.above
    outcome = done.outcome or {}
    return {
        "customerId": done.member,
        "kind": done.kind,
        "unit": done.unit,
        "amount": _amount(done),
        "needsApproval": above is not None,
        "bound": None if above is None else {"once": above.once, "day": above.day, "used": above.used},
        "outcome": outcome_view(outcome, program),
        "messages": _messages(outcome),
    }


def rules_view(rules: CorrectionRules) -> CorrectionSettingsView:
    """Return a store's rules for corrections."""
    return {
        "reasons": [
            {"code": each.code, "title": each.title, "needsComment": each.needs_comment, "active": each.active}
            for each in rules.reasons
        ],
        "required": rules.required,
    }


def audit_details(correction: Correction) -> dict[str, Any]:
    """Return the audit log's details of a correction, without free text, which may be personal."""
    return omit_none(
        correctionId=correction.id,
        customerId=correction.member,
        kind=correction.kind,
        unit=correction.unit,
        amount=str(_amount(correction)),
        reason=correction.reason,
        customEventId=correction.cause,
        status=correction.status,
        askedBy=correction.asked.name,
        decidedBy=None if correction.decided is None else correction.decided.name,
        undoneBy=None if correction.undone is None else correction.undone.name,
    )


def _messages(outcome: Mapping[str, Any]) -> list[str]:
    sent = dict.fromkeys(name for each in outcome["events"] for name in _MESSAGES.get(each["type"], ()))
    if outcome.get("pending_until") is not None:  # spendable points do not change yet
        sent.pop("AvailablePointsAmountChanged", None)
    return list(sent)


def _standing_view(standing: Mapping[str, Any], program: Program) -> dict[str, Any]:
    name = standing["tier"]
    tier = {"levelId": None if name is None else program.id_of("tier", name), "tier": name}
    return tier | {_STANDING[part]: value for part, value in standing.items() if part in _STANDING}


def _act_view(act: Act | None, zone: tzinfo) -> dict[str, Any] | None:
    if act is None:
        return None
    return {"adminId": act.by, "username": act.name, "at": format_instant(act.at, zone), "comment": act.comment}


def _amount(correction: Correction) -> Decimal | int:
    whole, rest = divmod(correction.amount, ONE)
    return Decimal(correction.amount) / ONE if rest else whole


def _date(text: str | None, zone: tzinfo) -> str | None:
    return None if text is None else format_instant(read_instant(text, zone), zone)
