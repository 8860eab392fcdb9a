"""Rewards issued to members, with their coupons."""

from database.queries import Queries, WriteQueries
from database.tables import issued_reward
from loyalty.store.rewards import IssuedReward, RewardStatus


class RewardQueries(Queries):
    """Reads the issued rewards of one store."""

    def get(self, issued_id: str) -> IssuedReward | None:
        """Return one issued reward."""
        return self.find_one(IssuedReward, issued_reward, id=issued_id)

    def of_member(self, member_id: str) -> list[IssuedReward]:
        """Return a member's issued rewards, the latest first."""
        return self.find_all(IssuedReward, issued_reward, ("-id",), member=member_id)


class Rewards(RewardQueries, WriteQueries):
    """The issued rewards of one store."""

    def issue(self, new: IssuedReward) -> bool:
        """Store an issued reward; return False if its coupon code is taken, or the reward is stored already."""
        return self.insert_if_absent(
            issued_reward,
            {
                "id": new.id,
                "member": new.member,
                "reward": new.reward,
                "coupon": new.coupon,
                "status": new.status,
                "issued_at": new.issued_at,
                "expires_at": new.expires_at,
                "event": new.event,
            },
        )

    def set_status(self, issued_id: str, status: RewardStatus) -> None:
        """Change the status of an issued reward."""
        self.update(issued_reward, {"id": issued_id}, status=status)
