"""Rewards issued to members, with their coupons."""

from datetime import datetime

from database.queries import Queries
from database.tables import issued_reward
from loyalty.store.rows import Row


class Rewards(Queries):
    """Issued rewards of one store."""

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
        """Issue a reward; False where its coupon code, or the issue itself, is there already."""
        row = {"id": issued_id, "member": member_id, "reward": reward, "coupon": coupon, "status": "issued"}
        return self.insert_once(issued_reward, row | {"issued_at": now, "expires_at": expires_at, "event": event_id})

    def get(self, issued_id: str) -> Row | None:
        """One issued reward."""
        return self.first(issued_reward, id=issued_id)

    def of_member(self, member_id: str) -> list[Row]:
        """A member's rewards, the latest first."""
        return self.rows(issued_reward, ("-id",), member=member_id)

    def set_status(self, issued_id: str, status: str) -> None:
        """Move an issued reward on."""
        self.alter(issued_reward, {"id": issued_id}, status=status)
