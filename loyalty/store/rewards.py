"""Issued rewards, the supply of rewards, coupon codes, and their repository."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

from loyalty.program.rewards import Progress
from loyalty.program.wallets import Points
from loyalty.store.achievements import MILLION
from rules.frozen import frozen_at_type_check

RewardStatus: TypeAlias = Literal["issued", "used", "expired", "canceled"]
ShownStatus: TypeAlias = RewardStatus | Progress
Origin: TypeAlias = Literal["reactor", "bought", "given"]


@frozen_at_type_check
class IssuedReward:
    """A reward that a member was issued. Instants are aware UTC."""

    id: str
    member: str
    reward: str
    """The name of the reward in the program."""
    coupon: str | None
    """The code of its coupon; None: the reward has none."""
    status: RewardStatus
    issued_at: datetime
    expires_at: datetime | None
    event: str
    """The id of the event that it was issued for, or that reports it."""
    origin: Origin = "reactor"
    source: str = ""
    """The issuer: `admin`, `member`, `reactor/NAME`, `achievement/NAME`; empty: unknown, of an older version."""
    wallet: str | None = None
    """The wallet that paid; None: it cost no points."""
    cost: Points = Points(0)
    transfer: str | None = None
    """The transfer that paid it."""
    value: int | None = None
    """The value of its coupon, in millionths; None: an older version issued it, and the program has the value."""
    token: str = ""
    """A short text by which people find it."""
    begins_at: datetime | None = None
    """When its coupon becomes valid; None: at once."""
    used_at: datetime | None = None
    cancelled_at: datetime | None = None
    progress: Progress | None = None
    """Its progress status; None: none was set."""
    is_shared: bool = False
    """Whether other members have the same code."""
    from_stock: bool = False
    """Whether it was taken from a stock."""
    counted_on: date | None = None
    """The local day on which it counts towards limits; None: it counts towards none."""
    counted_per: str = ""
    """The limits towards which it counts, `member` and `program`, separated by a space."""

    @property
    def shown_status(self) -> ShownStatus:
        """The status that people see."""
        return self.status if self.status == "canceled" else self.progress or self.status

    @property
    def worth(self) -> Decimal | None:
        """The value of its coupon, if that is stored."""
        return None if self.value is None else (Decimal(self.value) / MILLION).normalize()

    def can_be_used(self, now: datetime) -> bool:
        """Return whether its coupon can be used at a moment."""
        has_begun = self.begins_at is None or self.begins_at <= now
        return self.status == "issued" and has_begun and (self.expires_at is None or now < self.expires_at)


@frozen_at_type_check
class RewardSupply:
    """The supply of a reward, apart from its file."""

    reward: str
    supplied: int | None = None
    """The total ever supplied; None: unlimited."""
    taken: int = 0
    """How many of the total were issued."""
    codes: int = 0
    """How many uploaded codes are left."""
    paused_at: datetime | None = None
    """When it was paused; None: it is not paused."""

    @property
    def stock(self) -> int | None:
        """How many are left; None: unlimited."""
        return None if self.supplied is None else self.supplied - self.taken


@frozen_at_type_check
class CouponCode:
    """An uploaded code. `issued`: the issued reward that has it; None: it is available."""

    id: str
    code: str
    reward: str
    added_at: datetime
    issued: str | None


@frozen_at_type_check
class SharedUse:
    """How many members have a shared code, and how many of them have used it."""

    code: str
    reward: str
    assigned: int
    used: int


@frozen_at_type_check
class StatusChange:
    """One change of the status of an issued reward; `number` counts from 1."""

    issued: str
    number: int
    status: ShownStatus
    comment: str
    at: datetime
    source: str


class RewardReader(Protocol):
    """Reads issued rewards of a store, and the supply of rewards."""

    @property
    def makes_up_codes(self) -> bool:
        """Whether a code is generated if none was uploaded: only in tests and simulations."""

    def get(self, issued_id: str) -> IssuedReward | None:
        """Return one issued reward."""

    def with_code(self, code: str, member_id: str | None = None) -> Sequence[IssuedReward]:
        """Return the issued rewards with a coupon code, of one member or of all, the oldest first, at most 100."""

    def held(self, member_id: str, code: str) -> int:
        """Return how many rewards with a shared code a member was issued, without cancelled ones."""

    def supply(self, reward: str) -> RewardSupply:
        """Return the supply of a reward."""

    def supplies(self) -> Sequence[RewardSupply]:
        """Return every stored supply of a reward."""

    def code(self, code: str) -> CouponCode | None:
        """Return an uploaded code."""

    def known_codes(self, codes: Sequence[str]) -> Sequence[str]:
        """Return the codes among these that were uploaded, or issued, before, in alphabetical order."""

    def shared(self, code: str) -> SharedUse | None:
        """Return the use of a shared code; None: it was never issued."""

    def status_changes(self, issued_id: str) -> Sequence[StatusChange]:
        """Return the changes of the status of an issued reward, in order."""


class RewardRepository(RewardReader, Protocol):
    """Issued rewards of a store, and the supply of rewards."""

    def lock_supply(self, reward: str) -> None:
        """Lock the supply of a reward until the unit of work ends."""

    def issue(self, new: IssuedReward) -> bool:
        """Store an issued reward; return False if its coupon code is taken, or the reward is stored already."""

    def set_status(self, issued_id: str, status: RewardStatus) -> None:
        """Change the status of an issued reward."""

    def change(self, changed: IssuedReward) -> None:
        """Store the status, the progress and the instants of an issued reward, and whether it is from the stock."""

    def add_status(self, new: StatusChange) -> None:
        """Store a change of a status."""

    def set_supply(self, changed: RewardSupply) -> None:
        """Store the supply of a reward; the caller has locked it."""

    def take_code(self, reward: str, issued_id: str) -> str | None:
        """Take the oldest available uploaded code; None: there is none. The caller has locked the supply."""

    def add_codes(self, reward: str, codes: Sequence[str], *, now: datetime) -> int:
        """Store uploaded codes and count them as available; return how many are new.

        The caller has locked the supply.
        """

    def delete_code(self, code: CouponCode) -> None:
        """Delete an unissued uploaded code. The caller has locked the supply."""

    def count_shared(self, reward: str, code: str, *, assigned: int = 0, used: int = 0) -> None:
        """Add to the use of a shared code. The caller has locked the supply."""
