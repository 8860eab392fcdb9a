"""Issued rewards, and their repository."""

from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from rules.frozen import frozen_at_type_check

RewardStatus: TypeAlias = Literal["issued", "used", "expired"]


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
    """The id of the event that it was issued for."""


class RewardReader(Protocol):
    """Reads issued rewards of a store."""

    def get(self, issued_id: str) -> IssuedReward | None:
        """Return one issued reward."""


class RewardRepository(RewardReader, Protocol):
    """Issued rewards of a store."""

    def issue(self, new: IssuedReward) -> bool:
        """Store an issued reward; return False if its coupon code is taken, or the reward is stored already."""

    def set_status(self, issued_id: str, status: RewardStatus) -> None:
        """Change the status of an issued reward."""
