"""Past operations on rewards, read from the events that report them: bought, given, used, reissued and cancelled."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from database.member_ranges import in_range
from database.queries import columns_of
from database.tables import coupon_code, event, issued_reward, reward_status, reward_supply, transfer
from loyalty.engine.past_operations import (
    CancelReward,
    PastOperation,
    ReissueReward,
    RewardRequest,
    UseReward,
)
from loyalty.rewards.operations import BuyReward, GiveReward
from loyalty.store.history import MemberRange
from loyalty.store.rewards import IssuedReward, RewardSupply, SharedUse

_TYPES = ("reward_issued", "reward_used", "reward_reissued", "reward_cancelled")


class PastRewardOperations:
    """The operations on rewards of one store in a period."""

    def __init__(self, connection: Connection, store: str, *, since: datetime, until: datetime) -> None:
        self._connection = connection
        self._store = store
        self._since = since
        self._until = until

    def of(self, members: MemberRange) -> list[PastOperation]:
        """Return the operations of members, in order."""
        issued = self._issued(members)
        by_return = self._cancelled_by_returns(members)
        by_member = self._cancelled_by_members(members)
        wanted = select(event.c.id, event.c.type, event.c.member, event.c.received_at, event.c.body).where(
            event.c.store == self._store,
            in_range(event.c.member, members),
            event.c.type.in_(_TYPES),
            event.c.parent.is_(None),
            event.c.received_at >= self._since,
            event.c.received_at < self._until,
        )
        found: list[PastOperation] = []
        for row in self._connection.execute(wanted.order_by(event.c.received_at, event.c.id)):
            each = issued.get(row.body.get("issued_reward", ""))
            if each is None or (row.type == "reward_cancelled" and each.id in by_return):
                continue
            request = _request(row.type, row.body, each, is_by_member=each.transfer in by_member)
            if request is not None:
                source = each.source if row.type == "reward_issued" else "admin"
                found.append(PastOperation(row.id, each.id, row.member, row.received_at, source, "", request))
        return found

    def paid(self, members: MemberRange) -> set[str]:
        """Return the transfers that paid rewards of members: they follow from the operations on these."""
        table = issued_reward
        within = (table.c.store == self._store, in_range(table.c.member, members))
        lately = or_(table.c.issued_at >= self._since, table.c.cancelled_at >= self._since)
        paid = select(table.c.transfer).where(*within, table.c.transfer.is_not(None), lately)
        return {str(each) for each in self._connection.execute(paid).scalars()}

    def shared_before(self) -> list[SharedUse]:
        """Return how many members had each shared code at the beginning."""
        table = issued_reward
        was_there = or_(table.c.cancelled_at.is_(None), table.c.cancelled_at >= self._since)
        counted = select(table.c.coupon, table.c.reward, func.count()).where(
            table.c.store == self._store, table.c.is_shared, table.c.issued_at < self._since, was_there
        )
        rows = self._connection.execute(counted.group_by(table.c.coupon, table.c.reward))
        return [SharedUse(coupon, reward, int(times), 0) for coupon, reward, times in rows]

    def supplies_before(self) -> list[RewardSupply]:
        """Return the supplies of rewards at the beginning; later supplies and uploads count as already there."""
        table, codes = issued_reward, coupon_code
        is_there = and_(table.c.issued_at < self._since, table.c.status != "canceled")
        was_cancelled = and_(table.c.issued_at < self._since, table.c.cancelled_at >= self._since)
        taken = select(table.c.reward, func.count()).where(
            table.c.store == self._store, table.c.from_stock, or_(is_there, was_cancelled)
        )
        issued_since = exists().where(table.c.id == codes.c.issued, table.c.issued_at >= self._since)
        left = select(codes.c.reward, func.count()).where(
            codes.c.store == self._store, or_(codes.c.issued.is_(None), issued_since)
        )
        taken_of = {name: int(number) for name, number in self._connection.execute(taken.group_by(table.c.reward))}
        codes_of = {name: int(number) for name, number in self._connection.execute(left.group_by(codes.c.reward))}
        known = select(*columns_of(RewardSupply, reward_supply)).where(reward_supply.c.store == self._store)
        return [self._supply_before(RewardSupply(*row), taken_of, codes_of) for row in self._connection.execute(known)]

    def _supply_before(self, now: RewardSupply, taken: Mapping[str, int], codes: Mapping[str, int]) -> RewardSupply:
        was_paused = now.paused_at is not None and now.paused_at < self._since
        return replace(
            now,
            taken=taken.get(now.reward, 0),
            codes=codes.get(now.reward, 0),
            paused_at=now.paused_at if was_paused else None,
        )

    def _issued(self, members: MemberRange) -> Mapping[str, IssuedReward]:
        table = issued_reward
        within = (table.c.store == self._store, in_range(table.c.member, members))
        ends = (table.c.issued_at, table.c.used_at, table.c.cancelled_at)
        lately = or_(table.c.status == "issued", *(each >= self._since for each in ends))
        rows = self._connection.execute(select(*columns_of(IssuedReward, table)).where(*within, lately))
        return {each.id: each for each in (IssuedReward(*row) for row in rows)}

    def _cancelled_by_returns(self, members: MemberRange) -> set[str]:
        """Return the rewards that returns cancelled: a replay cancels them again by itself."""
        table = reward_status
        joined = select(table.c.issued).join(issued_reward, issued_reward.c.id == table.c.issued)
        within = (issued_reward.c.store == self._store, in_range(issued_reward.c.member, members))
        by_return = (table.c.status == "canceled", table.c.source == "return", table.c.at >= self._since)
        return set(self._connection.execute(joined.where(*within, *by_return)).scalars())

    def _cancelled_by_members(self, members: MemberRange) -> set[str]:
        """Return the transfers that members themselves cancelled."""
        within = (transfer.c.store == self._store, in_range(transfer.c.member, members))
        by_member = (transfer.c.kind == "cancel", transfer.c.source == "member", transfer.c.at >= self._since)
        cancelled = select(transfer.c.related).where(*within, *by_member)
        return {str(each) for each in self._connection.execute(cancelled).scalars()}


def _request(type_: str, body: Mapping[str, Any], issued: IssuedReward, *, is_by_member: bool) -> RewardRequest | None:
    """Return the requested operation; None: a rule issued the reward."""
    match type_:
        case "reward_used":
            return UseReward(issued.id)
        case "reward_reissued":
            return ReissueReward(issued.id)
        case "reward_cancelled":
            return CancelReward(issued.id, "member" if is_by_member else "shop")
    match issued.origin:
        case "bought":
            return BuyReward(issued.member, issued.reward, points=body.get("points"))
        case "given":
            return GiveReward(issued.member, issued.reward)
        case "reactor":
            return None
