"""Rewards issued to members, the supply of rewards, and coupon codes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from database.locks import supply_lock
from database.queries import Queries, WriteQueries, columns_of, insert_into
from database.tables import coupon_code, issued_reward, reward_status, reward_supply, shared_code
from loyalty.ids import new_id
from loyalty.store.rewards import CouponCode, IssuedReward, RewardStatus, RewardSupply, SharedUse, StatusChange

_MOST_WITH_CODE = 100
_ROWS_AT_ONCE = 500
"""Codes in one statement: a database bounds its parameters."""

_CHANGING = ("status", "progress", "used_at", "cancelled_at", "expires_at", "from_stock", "counted_on", "counted_per")
_COLUMNS = [column.name for column in columns_of(IssuedReward, issued_reward)]


class RewardQueries(Queries):
    """Reads the issued rewards of one store, and the supply of rewards."""

    makes_up_codes = False
    """Whether a code is generated if none was uploaded."""

    def get(self, issued_id: str) -> IssuedReward | None:
        """Return one issued reward."""
        return self.find_one(IssuedReward, issued_reward, id=issued_id)

    def of_member(self, member_id: str) -> list[IssuedReward]:
        """Return a member's issued rewards, the latest first."""
        return self.find_all(IssuedReward, issued_reward, ("-issued_at", "-id"), member=member_id)

    def with_code(self, code: str, member_id: str | None = None) -> list[IssuedReward]:
        """Return the issued rewards with a coupon code, of one member or of all, the oldest first, at most 100."""
        here = [issued_reward.c.store == self.store, issued_reward.c.coupon == code]
        if member_id is not None:
            here.append(issued_reward.c.member == member_id)
        wanted = select(*columns_of(IssuedReward, issued_reward)).where(*here)
        ordered = wanted.order_by(issued_reward.c.issued_at, issued_reward.c.id).limit(_MOST_WITH_CODE)
        return [IssuedReward(*row) for row in self.connection.execute(ordered)]

    def held(self, member_id: str, code: str) -> int:
        """Return how many rewards with a shared code a member was issued, without cancelled ones."""
        counted = select(func.count()).where(
            issued_reward.c.store == self.store,
            issued_reward.c.coupon == code,
            issued_reward.c.member == member_id,
            issued_reward.c.status != "canceled",
        )
        return self.connection.execute(counted).scalar_one()

    def supply(self, reward: str) -> RewardSupply:
        """Return the supply of a reward."""
        return self.find_one(RewardSupply, reward_supply, reward=reward) or RewardSupply(reward)

    def supplies(self) -> list[RewardSupply]:
        """Return every stored supply of a reward."""
        return self.find_all(RewardSupply, reward_supply, ("reward",))

    def code(self, code: str) -> CouponCode | None:
        """Return an uploaded code."""
        return self.find_one(CouponCode, coupon_code, code=code)

    def known_codes(self, codes: Sequence[str]) -> list[str]:
        """Return the codes among these that were uploaded, or issued, before, in alphabetical order."""
        found: set[str] = set()
        for at in range(0, len(codes), _ROWS_AT_ONCE):
            page = codes[at : at + _ROWS_AT_ONCE]
            for column, table in ((coupon_code.c.code, coupon_code), (issued_reward.c.coupon, issued_reward)):
                known = select(column).where(table.c.store == self.store, column.in_(page))
                found |= set(self.connection.execute(known).scalars())
        return sorted(found)

    def shared(self, code: str) -> SharedUse | None:
        """Return the use of a shared code; None: it was never issued."""
        return self.find_one(SharedUse, shared_code, code=code)

    def status_changes(self, issued_id: str) -> list[StatusChange]:
        """Return the changes of the status of an issued reward, in order."""
        return self.find_all(StatusChange, reward_status, ("number",), issued=issued_id)


class Rewards(RewardQueries, WriteQueries):
    """The issued rewards of one store, and the supply of rewards."""

    def lock_supply(self, reward: str) -> None:
        """Lock the supply of a reward until the transaction ends."""
        self.lock(supply_lock(reward))

    def issue(self, new: IssuedReward) -> bool:
        """Store an issued reward; return False if its coupon code is taken, or the reward is stored already."""
        return self.insert_if_absent(issued_reward, {name: getattr(new, name) for name in _COLUMNS})

    def set_status(self, issued_id: str, status: RewardStatus) -> None:
        """Change the status of an issued reward."""
        self.update(issued_reward, {"id": issued_id}, status=status)

    def change(self, changed: IssuedReward) -> None:
        """Store the status, the progress and the instants of an issued reward, and whether it is from the stock."""
        self.update(issued_reward, {"id": changed.id}, **{name: getattr(changed, name) for name in _CHANGING})

    def add_status(self, new: StatusChange) -> None:
        """Store a change of a status."""
        row = {name: getattr(new, name) for name in ("issued", "number", "status", "comment", "at", "source")}
        self.insert(reward_status, row)

    def set_supply(self, changed: RewardSupply) -> None:
        """Store the supply of a reward; the caller has locked it."""
        names = ("reward", "supplied", "taken", "codes", "paused_at")
        self.upsert(reward_supply, {name: getattr(changed, name) for name in names})

    def take_code(self, reward: str, issued_id: str) -> str | None:
        """Take the oldest available uploaded code; None: there is none. The caller has locked the supply."""
        left = (coupon_code.c.store == self.store, coupon_code.c.reward == reward, coupon_code.c.issued.is_(None))
        first = select(coupon_code.c.id).where(*left).order_by(coupon_code.c.id).limit(1).scalar_subquery()
        taken = update(coupon_code).where(coupon_code.c.id == first).values(issued=issued_id)
        code = self.connection.execute(taken.returning(coupon_code.c.code)).scalar_one_or_none()
        if code is not None:
            self._count_codes(reward, -1)
        return code

    def add_codes(self, reward: str, codes: Sequence[str], *, now: datetime) -> int:
        """Store uploaded codes and count them as available; return how many are new.

        The caller has locked the supply.
        """
        added = 0
        for at in range(0, len(codes), _ROWS_AT_ONCE):
            rows = [
                {"id": new_id(), "store": self.store, "code": code, "reward": reward, "added_at": now, "issued": None}
                for code in codes[at : at + _ROWS_AT_ONCE]
            ]
            statement = insert_into(self._dialect, coupon_code).values(rows).on_conflict_do_nothing()
            added += len(self.connection.execute(statement.returning(coupon_code.c.id)).all())
        self._count_codes(reward, added)
        return added

    def delete_code(self, code: CouponCode) -> None:
        """Delete an unissued uploaded code. The caller has locked the supply."""
        unissued = (coupon_code.c.store == self.store, coupon_code.c.id == code.id, coupon_code.c.issued.is_(None))
        gone = self.connection.execute(delete(coupon_code).where(*unissued).returning(coupon_code.c.id)).all()
        self._count_codes(code.reward, -len(gone))

    def count_shared(self, reward: str, code: str, *, assigned: int = 0, used: int = 0) -> None:
        """Add to the use of a shared code. The caller has locked the supply."""
        known = self.shared(code) or SharedUse(code, reward, 0, 0)
        row = {"code": code, "reward": reward, "assigned": known.assigned + assigned, "used": known.used + used}
        self.upsert(shared_code, row)

    def _count_codes(self, reward: str, more: int) -> None:
        known = self.supply(reward)
        names = ("reward", "supplied", "taken", "paused_at")
        row = {name: getattr(known, name) for name in names} | {"codes": known.codes + more}
        self.upsert(reward_supply, row)
