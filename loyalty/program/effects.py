"""The effects that a reactor may have: a closed set, evaluated and ready to be applied.

Points are in millionths of a wallet's unit: 1.5 is 1500000, whatever the decimals of the wallet. To add an effect, add
a row to `EFFECTS`, whose name is its key in program files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from loyalty.calendar import Duration
from loyalty.program.expiry import Expiry
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.wallets import Points
from rules.frozen import frozen_at_type_check


@frozen_at_type_check
class AwardPoints:
    """Add points; they are pending for a while and expire by a rule."""

    wallet: str
    points: Points
    pending: Duration
    expires: Expiry
    qualifies: bool = True
    """Whether the points count for tiers."""
    rule: int | None = field(default=None, compare=False)
    """The index in `then` of the rule that gave it; None: the effect was read from the database."""


@frozen_at_type_check
class DeductPoints:
    """Take points. `up_to`: as many as there are, if there are fewer than the rule gives."""

    wallet: str
    points: Points
    up_to: bool = False
    is_posted: bool = True
    """Whether the points were taken with the decision; False: an older version, which took them later, stored it."""
    rule: int | None = field(default=None, compare=False)
    """The index in `then` of the rule that gave it; None: the effect was read from the database."""


@dataclass(frozen=True, slots=True)
class GrantBadge:
    badge: str


@dataclass(frozen=True, slots=True)
class IssueReward:
    reward: str


@dataclass(frozen=True, slots=True)
class SetTier:
    tier: str
    tier_set: str = DEFAULT_SET


@dataclass(frozen=True, slots=True)
class SetAttribute:
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """Send a request to a URL that the reactor names; no subscription is needed."""

    url: str
    body: Any
    headers: tuple[tuple[str, str], ...] = ()


Effect: TypeAlias = AwardPoints | DeductPoints | GrantBadge | IssueReward | SetTier | SetAttribute | CallWebhook

EffectName: TypeAlias = Literal[
    "award_points", "deduct_points", "grant_badge", "issue_reward", "set_tier", "set_attribute", "call_webhook"
]
StepName: TypeAlias = Literal["award_points", "change_member", "issue_rewards"]
"""Steps that apply effects, by the names of their activities."""


@dataclass(frozen=True, slots=True)
class EffectDescriptor:
    """One kind of effect: its key in program files, the step that applies it, and its name in messages."""

    name: EffectName
    type: type[Effect]
    step: StepName | None
    """None: the decision itself applies it."""
    campaign_type: str
    """The `type` in `effectsGiven` of `CampaignEffectWasApplied`."""
    summary: str
    """One sentence for the table of effects in the documentation."""


EFFECTS: Final[Mapping[EffectName, EffectDescriptor]] = {
    each.name: each
    for each in (
        EffectDescriptor(
            "award_points", AwardPoints, "award_points", "give_points", "Adds points to a wallet of the member."
        ),
        EffectDescriptor(
            "deduct_points",
            DeductPoints,
            None,
            "deduct_unit",
            "Takes points from a wallet of the member, those that expire first; with too few, nothing happens.",
        ),
        EffectDescriptor(
            "grant_badge", GrantBadge, "change_member", "grant_badge", "Grants a badge, or one more of it."
        ),
        EffectDescriptor(
            "issue_reward",
            IssueReward,
            "issue_rewards",
            "give_reward",
            "Issues a reward, with a coupon code if it has one.",
        ),
        EffectDescriptor("set_tier", SetTier, "change_member", "assign_tier", "Puts the member into a tier."),
        EffectDescriptor(
            "set_attribute",
            SetAttribute,
            "change_member",
            "assign_member_custom_attribute",
            "Stores an attribute of the member, for other rules to read.",
        ),
        EffectDescriptor(
            "call_webhook", CallWebhook, None, "call_webhook", "Sends a signed request to a URL of the reactor's own."
        ),
    )
}

BY_TYPE: Final[Mapping[type[Effect], EffectDescriptor]] = {each.type: each for each in EFFECTS.values()}
