"""Due items, their kinds, and their repository.

A subject has at most one due item of each kind. To add a kind, add its name and its row in `DUE_KINDS`, and a case to
the `match` in `loyalty.engine.due_items`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from rules.frozen import frozen_at_type_check

LotDueKind: TypeAlias = Literal["activate", "warn", "expire"]
CouponDueKind: TypeAlias = Literal["coupon_begin", "coupon_warn", "coupon_expire"]
TierDueKind: TypeAlias = Literal[
    "tier_measure", "judge_tier", "tier_months", "tier_warn", "tier_review", "tier_period", "tier_hold_end"
]
HoldDueKind: TypeAlias = Literal["unblock"]
ReturnDueKind: TypeAlias = Literal["return_missed", "reversal_missed"]
MemberDueKind: TypeAlias = Literal["read_phone"]
DueKind: TypeAlias = MemberDueKind | ReturnDueKind | LotDueKind | HoldDueKind | CouponDueKind | TierDueKind

CLOCK: Final = "clock"
"""The source of transfers and messages that come from due items."""

TIER_KINDS: Final[Sequence[TierDueKind]] = ("tier_warn", "tier_review", "tier_period")
"""The due items of a member's period in a tier set."""

DueTimes: TypeAlias = Mapping[DueKind, datetime]
"""When each due item of one subject is due."""


SubjectType: TypeAlias = Literal["lot", "hold", "issued reward", "member", "transaction", "event"]


@dataclass(frozen=True, slots=True)
class DueKindInfo:
    """A kind of due item: `subject` says whose id it carries, `does` what running it does.

    `waits`: while its member is frozen, it waits until they are unfrozen.
    """

    subject: SubjectType
    does: str
    waits: bool = False


DUE_KINDS: Final[Mapping[DueKind, DueKindInfo]] = {
    "activate": DueKindInfo("lot", "pending points become active", waits=True),
    "warn": DueKindInfo("lot", "the owner is warned that points expire", waits=True),
    "expire": DueKindInfo("lot", "what is left of the points expires", waits=True),
    "unblock": DueKindInfo("hold", "held points can be spent again"),
    "coupon_begin": DueKindInfo("issued reward", "a coupon can be used", waits=True),
    "coupon_warn": DueKindInfo("issued reward", "the owner is warned that a coupon expires", waits=True),
    "coupon_expire": DueKindInfo("issued reward", "a coupon expires", waits=True),
    "tier_measure": DueKindInfo(
        "member", "a new program counts something else for a tier: it is counted since the last review, and judged"
    ),
    "judge_tier": DueKindInfo(
        "member",
        "a new program judges the member: they rise, if it puts the standing into a higher tier; a period begins",
    ),
    "tier_months": DueKindInfo("member", "the member rises, as they have been a member for so many months"),
    "tier_warn": DueKindInfo("member", "the member is warned that the tier will be lost", waits=True),
    "tier_hold_end": DueKindInfo("member", "a tier by hand ends", waits=True),
    "tier_review": DueKindInfo("member", "the tier is kept for another period, or lost", waits=True),
    "tier_period": DueKindInfo("member", "a period in the lowest tier ends, and the next one begins", waits=True),
    "read_phone": DueKindInfo("member", "the phone number is read in the region of a new program"),
    "return_missed": DueKindInfo("transaction", "a return whose sale never came is set aside"),
    "reversal_missed": DueKindInfo("event", "an event is set aside if the one that it reverses never came"),
}
"""The kinds of due items, in the order in which items of the same moment are run: lots come before tiers."""

_KNOWN: Final[Mapping[str, DueKind]] = {kind: kind for kind in DUE_KINDS}


WAITING_KINDS: Final[Sequence[DueKind]] = tuple(kind for kind, info in DUE_KINDS.items() if info.waits)
"""The kinds that wait while their member is frozen."""


def known_kind(text: str) -> DueKind | None:
    """Return the kind of a stored due item; None: this version does not know it."""
    return _KNOWN.get(text)


@frozen_at_type_check
class DueItem:
    """An item that is due at a moment (aware UTC). `subject` is the id of the lot, hold, issued reward or member."""

    subject: str
    kind: str
    """One of DUE_KINDS, or a kind of a newer version."""
    due_at: datetime
    member: str | None
    """The member whose queued events come first; None: it belongs to no member."""


@frozen_at_type_check
class StoredDueItem:
    """A due item as it is stored. `failed_at` and `error`: when and why it was set aside; None: it was not."""

    subject: str
    kind: str
    due_at: datetime
    member: str | None
    failed_at: datetime | None
    error: str | None
    waits_for_thaw: bool = False
    """Whether it was set aside until its member is unfrozen."""


class DueItemReader(Protocol):
    """Reads due items of a store."""

    def due(self, *, now: datetime, limit: int) -> Sequence[DueItem]:
        """Return the items that can be run by `now`, the earliest first; those of one moment in the order of DUE_KINDS.

        Excluded are items that are set aside, and those that wait for events of their member accepted before they were
        due.
        """

    def earliest(self) -> datetime | None:
        """Return when the next item is due."""


class DueItemRepository(DueItemReader, Protocol):
    """Due items of a store."""

    def set(self, subject: str, kind: DueKind, due_at: datetime, *, member: str | None) -> None:
        """Store the due item of a subject and kind, replacing the present one, even if that is set aside."""

    def clear(self, subject: str, kind: DueKind) -> None:
        """Remove the due item of a subject and kind, if there is one."""

    def clear_all(self, subject: str) -> None:
        """Remove all due items of a subject."""

    def take(self, item: DueItem) -> bool:
        """Remove a due item in order to run it; return False if it is gone, has changed, or waits.

        It waits for events, or, if it is one of WAITING_KINDS, while its member is frozen. Of several concurrent
        transactions, one gets it.
        """

    def wait_for_thaw(self, item: DueItem, *, now: datetime) -> bool:
        """Set a due item aside until its member is unfrozen, under the member's lock; False: the member is not frozen.

        An item that waits for events is not passed here.
        """

    def thaw(self, member_id: str, *, now: datetime) -> None:
        """Make due now what fell due, or would have, while a member was frozen who is unfrozen now."""

    def set_clock(self, due_at: datetime | None) -> None:
        """Store when the store's clock wakes up next."""


class FailedDueItems(Protocol):
    """Due items of a store that are set aside."""

    def get(self, subject: str, kind: str) -> StoredDueItem | None:
        """Return a due item, whether it is set aside or not."""

    def retry(self, subject: str, kind: str, *, now: datetime) -> None:
        """Make a due item that was set aside due now, behind the events in its member's queue."""
