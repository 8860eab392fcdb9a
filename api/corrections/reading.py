"""Read requests for corrections as values of the domain."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from api.corrections.schemas import CorrectedTier
from api.corrections.schemas import NewCorrection as CorrectionForm
from api.http.errors import BadInput, InputFault, faults_of_refusal
from api.points.moves import parse_until
from api.state.dependencies import StoreRequest
from api.state.member_lookup import require_member
from api.tiers.views import set_named, tier_named
from database import ReadTransaction
from loyalty.corrections.changes import (
    CorrectBadge,
    CorrectedChange,
    CorrectPoints,
    CorrectProgress,
    CorrectReward,
    CorrectTier,
)
from loyalty.corrections.operations import NewCorrection
from loyalty.corrections.refusals import CorrectionRefusal
from loyalty.program.program import Program
from loyalty.refusals import Refusal
from loyalty.tiers.refusals import UnknownTierSet

_KINDS = ("points", "tier", "reward", "progress", "badge")


def new_correction(tx: ReadTransaction, store_request: StoreRequest, form: CorrectionForm) -> NewCorrection:
    """Return the requested correction; raise BadInput."""
    change = change_of(store_request, form)
    member = require_member(tx, form.customer, path="correction.customer", region=store_request.program.region)
    if isinstance(change, CorrectBadge):
        held = [each.badge for each in tx.members.badges(member)]
        change = replace(change, badge=_named(store_request.program, "badge", change.badge, held))
    return NewCorrection(member, change, form.reason, form.comment, form.custom_event_id)


def change_of(store_request: StoreRequest, form: CorrectionForm) -> CorrectedChange:
    """Return the one change that a request makes; raise BadInput for none, or for several."""
    said = [kind for kind in _KINDS if getattr(form, kind) is not None]
    if len(said) != 1:
        message = f"a correction changes one thing: send exactly one of {', '.join(_KINDS)}"
        raise BadInput.at("correction", message, "missing" if not said else "contradiction")
    program = store_request.program
    if form.points is not None:
        points = form.points
        days = (points.locked_until_days, points.expires_in_days)
        return CorrectPoints(points.type, points.points, points.wallet_code, *days, qualifies=points.qualifies)
    if form.tier is not None:
        until = parse_until(form.tier.until, store_request, path="correction.tier.until")
        return _tier(program, form.tier, until)
    if form.reward is not None:
        reward = form.reward
        until = parse_until(reward.date_valid, store_request, path="correction.reward.dateValid")
        name = _named(program, "reward", reward.reward_id)
        return CorrectReward(name, reward.quantity, reward.coupon_value, until)
    if form.progress is not None:
        progress = None if form.progress.progress is None else Decimal(form.progress.progress)
        name = _named(program, "achievement", form.progress.achievement_id)
        return CorrectProgress(name, progress, form.progress.completed_count)
    assert form.badge is not None, "one of them is said"
    return CorrectBadge(form.badge.badge_type_id, form.badge.completed_count)


def refused_at(kind: str, refusal: Refusal) -> BadInput:
    """Return the faults of a refused correction, at the fields of its body."""
    if isinstance(refusal, CorrectionRefusal):
        return BadInput.of(faults_of_refusal(refusal))
    return BadInput.of(_moved(kind, each) for each in faults_of_refusal(refusal))


def _moved(kind: str, fault: InputFault) -> InputFault:
    """Return a fault of the route for one kind, at the field of the same name in the body of a correction."""
    field = fault.path.rpartition(".")[2]
    known = {"points", "walletCode", "completedCount", "quantity", "couponValue", "until"}
    return replace(fault, path=f"correction.{kind}.{field}" if field in known else f"correction.{kind}")


def _tier(program: Program, form: CorrectedTier, until: datetime | None) -> CorrectTier:
    """Return the tier with an id or a name, and its set; the operation refuses an unknown name."""
    within = None if form.tier_set_id is None else set_named(program, form.tier_set_id)
    if form.tier_set_id is not None and within is None:
        unknown = UnknownTierSet(list(program.tier_sets))
        raise BadInput.at("correction.tier.tierSetId", str(unknown), "unknownTierSet")
    found = None if form.level_id is None else tier_named(program, form.level_id, within)
    tier_set = within if found is None else found[0]
    name = None if tier_set is None or tier_set.is_default else tier_set.name
    return CorrectTier(form.level_id if found is None else found[1].name, until, form.pinned, name)


def _named(program: Program, kind: str, text: str, further: list[str] | None = None) -> str:
    """Return the name of a reward, achievement or badge with an id or a name; the operation refuses an unknown name."""
    names = {"reward": program.rewards, "achievement": program.achievement_named, "badge": program.badge_titles}[kind]
    known = [*names, *(further or [])]
    return next((each for each in known if text == each or text.lower() == program.id_of(kind, each)), text)
