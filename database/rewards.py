"""Rewards issued to members, with their coupons."""

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update

from database.queries import Queries
from database.tables import issued_reward


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
        row: dict[str, Any] = {
            "id": issued_id,
            "store": self.store,
            "member": member_id,
            "reward": reward,
            "coupon": coupon,
        }
        row |= {"status": "issued", "expires_at": expires_at, "event": event_id, "issued_at": now}
        return self.insert_once(issued_reward, row)

    def get(self, issued_id: str) -> RowMapping | None:
        """One issued reward."""
        here = select(issued_reward).where(issued_reward.c.store == self.store, issued_reward.c.id == issued_id)
        return self.connection.execute(here).mappings().first()

    def of_member(self, member_id: str) -> list[RowMapping]:
        """A member's rewards, the latest first."""
        here = select(issued_reward).where(issued_reward.c.store == self.store, issued_reward.c.member == member_id)
        return list(self.connection.execute(here.order_by(issued_reward.c.id.desc())).mappings())

    def set_status(self, issued_id: str, status: str) -> None:
        """Move an issued reward on."""
        here = update(issued_reward).where(issued_reward.c.store == self.store, issued_reward.c.id == issued_id)
        self.connection.execute(here.values(status=status))
