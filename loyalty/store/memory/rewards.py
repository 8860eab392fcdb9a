"""Issued rewards, stock and coupon codes of an in-memory store."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from loyalty.ids import caused_id
from loyalty.store.memory.member_state import MemberState
from loyalty.store.rewards import CouponCode, IssuedReward, RewardStatus, RewardSupply, SharedUse, StatusChange


class InMemoryRewards:
    """The rewards of one store. Members hold their issued rewards; `owners` maps these rewards' ids to members."""

    __slots__ = ("_changes", "_codes", "_members", "_owners", "_shared", "_supplies", "makes_up_codes")

    def __init__(self, members: Mapping[str, MemberState], owners: dict[str, str]) -> None:
        self._members = members
        self._owners = owners
        self._supplies: dict[str, RewardSupply] = {}
        self._codes: dict[str, CouponCode] = {}
        """Uploaded codes, in order."""
        self._shared: dict[str, SharedUse] = {}
        self._changes: dict[str, list[StatusChange]] = {}
        self.makes_up_codes = False
        """Whether a code is generated if none was uploaded: in tests and simulations, which have no lists."""

    def get(self, issued_id: str) -> IssuedReward | None:
        owner = self._owners.get(issued_id)
        return None if owner is None else self._members[owner].issued.get(issued_id)

    def with_code(self, code: str, member_id: str | None = None) -> Sequence[IssuedReward]:
        members = self._members.values() if member_id is None else [self._members[member_id]]
        found = [each for state in members for each in state.issued.values() if each.coupon == code]
        return sorted(found, key=lambda each: (each.issued_at, each.id))[:100]

    def held(self, member_id: str, code: str) -> int:
        issued = self._members[member_id].issued.values()
        return sum(each.coupon == code and each.status != "canceled" for each in issued)

    def supply(self, reward: str) -> RewardSupply:
        return self._supplies.get(reward) or RewardSupply(reward)

    def supplies(self) -> Sequence[RewardSupply]:
        return [self._supplies[name] for name in sorted(self._supplies)]

    def code(self, code: str) -> CouponCode | None:
        return self._codes.get(code)

    def known_codes(self, codes: Sequence[str]) -> Sequence[str]:
        issued = {each.coupon for state in self._members.values() for each in state.issued.values()}
        return sorted(code for code in set(codes) if code in self._codes or code in issued)

    def shared(self, code: str) -> SharedUse | None:
        return self._shared.get(code)

    def status_changes(self, issued_id: str) -> Sequence[StatusChange]:
        return self._changes.get(issued_id, [])

    def lock_supply(self, reward: str) -> None:
        """Lock nothing, since there is no concurrency."""

    def issue(self, new: IssuedReward) -> bool:
        if new.id in self._owners:
            return False
        self._members[new.member].issued[new.id] = new
        self._owners[new.id] = new.member
        return True

    def set_status(self, issued_id: str, status: RewardStatus) -> None:
        issued = self._members[self._owners[issued_id]].issued
        issued[issued_id] = replace(issued[issued_id], status=status)

    def change(self, changed: IssuedReward) -> None:
        self._members[changed.member].issued[changed.id] = changed

    def add_status(self, new: StatusChange) -> None:
        self._changes.setdefault(new.issued, []).append(new)

    def set_supply(self, changed: RewardSupply) -> None:
        self._supplies[changed.reward] = changed

    def take_code(self, reward: str, issued_id: str) -> str | None:
        for code in self._codes.values():
            if code.reward == reward and code.issued is None:
                self._codes[code.code] = replace(code, issued=issued_id)
                self._count_codes(reward, -1)
                return code.code
        return f"{reward}-{issued_id[:8]}" if self.makes_up_codes and not self._was_uploaded(reward) else None

    def add_codes(self, reward: str, codes: Sequence[str], *, now: datetime) -> int:
        new = [code for code in dict.fromkeys(codes) if code not in self._codes]
        for code in new:
            self._codes[code] = CouponCode(caused_id(reward, code), code, reward, now, None)
        self._count_codes(reward, len(new))
        return len(new)

    def delete_code(self, code: CouponCode) -> None:
        if self._codes[code.code].issued is None:
            del self._codes[code.code]
            self._count_codes(code.reward, -1)

    def count_shared(self, reward: str, code: str, *, assigned: int = 0, used: int = 0) -> None:
        known = self._shared.get(code) or SharedUse(code, reward, 0, 0)
        self._shared[code] = SharedUse(code, reward, known.assigned + assigned, known.used + used)

    def _was_uploaded(self, reward: str) -> bool:
        return any(code.reward == reward for code in self._codes.values())

    def _count_codes(self, reward: str, more: int) -> None:
        known = self.supply(reward)
        self._supplies[reward] = replace(known, codes=known.codes + more)
