"""Issued rewards, and their repository."""

from datetime import datetime
from typing import Protocol

from loyalty.store.rows import Row


class RewardRepository(Protocol):
    """Issued rewards of a store."""

    def issue(
        self,
        issued_id: str,
        *,
        member_id: str,
        reward: str,
        coupon: str | None,
        expires_at: datetime | None,
        event_id: str,
        now: datetime,
    ) -> bool:
        """Issue a reward; return False if the coupon code is taken."""

    def get(self, issued_id: str) -> Row | None:
        """Return one issued reward."""

    def set_status(self, issued_id: str, status: str) -> None:
        """Change the status of an issued reward."""
