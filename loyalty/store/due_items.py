"""Due items, and their repository. A subject (a lot, an issued reward, a member's tier) has one due item at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from rules.frozen import frozen_at_type_check

LotDueKind: TypeAlias = Literal["activate", "warn", "expire"]
CouponDueKind: TypeAlias = Literal["coupon_warn", "coupon_expire"]
TierDueKind: TypeAlias = Literal["tier_warn", "tier_review"]
DueKind: TypeAlias = LotDueKind | CouponDueKind | TierDueKind


@frozen_at_type_check
class DueItem:
    """Something that is due at a moment (aware UTC). `subject` is the id of the lot, issued reward or member."""

    subject: str
    kind: DueKind
    due_at: datetime


class DueItemReader(Protocol):
    """Reads due items of a store."""

    def due(self, *, now: datetime, limit: int) -> Sequence[DueItem]:
        """Return what is due by `now`, the earliest first; at the same moment lots come before tiers."""


class DueItemRepository(DueItemReader, Protocol):
    """Due items of a store."""

    def set(self, subject: str, kind: DueKind, due_at: datetime) -> None:
        """Store the next due item of a subject, in place of the one it has."""

    def clear(self, subject: str) -> None:
        """Remove the due item of a subject."""

    def set_clock(self, due_at: datetime | None) -> None:
        """Note when the store's clock wakes up next."""
