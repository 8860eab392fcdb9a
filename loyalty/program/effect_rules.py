"""Effects as program files declare them, with the rules that give their amounts and values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from loyalty.calendar import Duration
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.expiry import Expiry
from loyalty.program.logic import Logic, Template, logics_of
from loyalty.program.wallets import Rounding


@dataclass(frozen=True, slots=True)
class AwardPointsRule:
    """`award_points`; `pending` and `expires` None: by the rule of the wallet."""

    points: Logic
    wallet: str
    rounding: Rounding
    pending: Duration | None
    expires: Expiry | None
    qualifies: bool = True
    """Whether the points count for tiers."""


@dataclass(frozen=True, slots=True)
class DeductPointsRule:
    """`deduct_points`; `up_to`: if there are fewer points, take those."""

    points: Logic
    wallet: str
    rounding: Rounding
    up_to: bool = False


@dataclass(frozen=True, slots=True)
class SetAttributeRule:
    """`set_attribute`."""

    name: str
    value: Template


@dataclass(frozen=True, slots=True)
class CallWebhookRule:
    """`call_webhook`."""

    url: str
    body: Template
    headers: tuple[tuple[str, str], ...]


EffectRule: TypeAlias = (
    AwardPointsRule | DeductPointsRule | SetAttributeRule | CallWebhookRule | GrantBadge | IssueReward | SetTier
)


def logics_in(effect: EffectRule) -> Iterator[Logic]:
    """Yield all rules of an effect."""
    match effect:
        case AwardPointsRule() | DeductPointsRule():
            yield effect.points
        case SetAttributeRule():
            yield from logics_of(effect.value)
        case CallWebhookRule():
            yield from logics_of(effect.body)
        case GrantBadge() | IssueReward() | SetTier():
            return
        case _:
            assert_never(effect)
