"""Operations on the supply of a reward: its stock, its uploaded codes, and pausing it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from loyalty.events.operations import OperationContext
from loyalty.program.rewards import Reward
from loyalty.rewards.refusals import (
    CodeIssued,
    CodesTaken,
    InvalidCouponCode,
    InvalidStock,
    TakesNoCodes,
    UnknownCode,
)
from loyalty.rewards.supply import reward_of, takes_codes
from loyalty.store.rewards import RewardSupply

MAX_STOCK: Final = 10**9
MAX_CODE_LENGTH: Final = 64
MAX_CODES: Final = 10_000
"""The most codes that one operation stores."""


def set_stock(operation: OperationContext, name: str, stock: int | None) -> None:
    """Set how many of a reward are left; None: unlimited. Raise UnknownReward or InvalidStock."""
    reward = reward_of(operation.program, name)
    if stock is not None and not 0 <= stock <= MAX_STOCK:
        raise InvalidStock(MAX_STOCK)
    supply = _locked(operation, reward)
    supplied = None if stock is None else supply.taken + stock
    operation.tx.rewards.set_supply(replace(supply, supplied=supplied))


def pause_reward(operation: OperationContext, name: str) -> None:
    """Pause the issuing of a reward; raise UnknownReward. A paused one stays paused."""
    supply = _locked(operation, reward_of(operation.program, name))
    if supply.paused_at is None:
        operation.tx.rewards.set_supply(replace(supply, paused_at=operation.now))


def resume_reward(operation: OperationContext, name: str) -> None:
    """Resume the issuing of a reward; raise UnknownReward. One that is not paused stays so."""
    supply = _locked(operation, reward_of(operation.program, name))
    if supply.paused_at is not None:
        operation.tx.rewards.set_supply(replace(supply, paused_at=None))


def upload_codes(operation: OperationContext, name: str, codes: Sequence[str]) -> None:
    """Add codes to the list of a reward, all of them or none.

    Raise UnknownReward, TakesNoCodes, InvalidCouponCode or CodesTaken.
    """
    reward = _with_list(operation, name)
    _require_codes(codes)
    _locked(operation, reward)
    known = operation.tx.rewards.known_codes(codes)
    if known:
        raise CodesTaken(known)
    if operation.tx.rewards.add_codes(reward.name, codes, now=operation.now) < len(codes):
        raise CodesTaken(operation.tx.rewards.known_codes(codes))  # another upload has stored some of them meanwhile


def delete_code(operation: OperationContext, name: str, code: str) -> None:
    """Delete an unissued code of a list; raise UnknownReward, UnknownCode or CodeIssued."""
    reward = reward_of(operation.program, name)
    _locked(operation, reward)
    found = operation.tx.rewards.code(code)
    if found is None or found.reward != reward.name:
        raise UnknownCode(reward.name)
    if found.issued is not None:
        raise CodeIssued
    operation.tx.rewards.delete_code(found)


def _locked(operation: OperationContext, reward: Reward) -> RewardSupply:
    operation.tx.rewards.lock_supply(reward.name)
    return operation.tx.rewards.supply(reward.name)


def _with_list(operation: OperationContext, name: str) -> Reward:
    reward = reward_of(operation.program, name)
    if not takes_codes(reward):
        raise TakesNoCodes(reward.name)
    return reward


def _require_codes(codes: Sequence[str]) -> None:
    """Raise InvalidCouponCode for the first text that cannot be a code, or is a duplicate."""
    seen: set[str] = set()
    for index, code in enumerate(codes):
        if not 1 <= len(code) <= MAX_CODE_LENGTH:
            raise InvalidCouponCode(index, f"a code has 1 to {MAX_CODE_LENGTH} characters")
        if not code.isprintable() or any(each.isspace() for each in code):
            raise InvalidCouponCode(index, "a code has no spaces, line breaks or other characters that cannot be seen")
        if code in seen:
            raise InvalidCouponCode(index, f"the code {code} is given twice")
        seen.add(code)
