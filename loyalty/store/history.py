"""The input of a backtest: ranges of members, and the events that were reported for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from loyalty.program.program import Program
from loyalty.store.rewards import RewardSupply, SharedUse
from rules.frozen import frozen_at_type_check


@dataclass(frozen=True, slots=True)
class MemberRange:
    """The members of a store whose ids lie between two ids, both included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class RewardsBefore:
    """What there was of rewards for all members at a moment: uses of shared codes, stock, and codes that were left."""

    shared_codes: Sequence[SharedUse] = ()
    supplies: Sequence[RewardSupply] = ()

    def limited(self, program: Program) -> Iterator[RewardSupply]:
        """Yield what there was of rewards that the rules of a program issue, if only so many; codes count as stock.

        A reward that is bought or given alone was there whenever that was done.
        """
        issued = {name for names in program.issued_on.values() for name in names}
        for each in self.supplies:
            reward = program.rewards.get(each.reward)
            if reward is None or reward.name not in issued:
                continue
            has_codes = reward.coupon is not None and reward.coupon.codes == "uploaded" and each.codes > 0
            left = [number for number in (each.stock, each.codes if has_codes else None) if number is not None]
            if left or each.paused_at is not None:
                yield replace(each, supplied=each.taken + min(left) if left else None, codes=0)


@frozen_at_type_check
class ReplayedEvent:
    """An event as it was reported: `time` is when it happened, `received_at` when it was accepted, both aware UTC.

    The id is a UUID in text, and unique.
    """

    id: str
    member: str
    type: str
    time: datetime
    received_at: datetime
    body: Mapping[str, Any]
