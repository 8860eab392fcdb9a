"""The supply of a reward: its stock, its uploaded codes, and its shared code."""

from dataclasses import replace

from loyalty.program.program import Program
from loyalty.program.rewards import Reward
from loyalty.rewards.refusals import RewardPaused, RewardRefusal, RewardSoldOut, SharedByMember, UnknownReward
from loyalty.store.repositories import StoreReaders, StoreRepositories
from loyalty.store.rewards import IssuedReward, RewardSupply


def reward_of(program: Program, name: str) -> Reward:
    """Return a reward by its name; raise UnknownReward."""
    reward = program.rewards.get(name)
    if reward is None:
        raise UnknownReward(name)
    return reward


def takes_codes(reward: Reward) -> bool:
    """Return whether the codes of a reward come from an uploaded list."""
    return reward.coupon is not None and reward.coupon.codes == "uploaded"


def is_limited(reward: Reward, supply: RewardSupply) -> bool:
    """Return whether the supply of a reward is limited now."""
    is_shared = reward.coupon is not None and reward.coupon.shared is not None
    return takes_codes(reward) or is_shared or supply.supplied is not None or supply.paused_at is not None


def lock_if_limited(tx: StoreRepositories, reward: Reward) -> bool:
    """Lock the supply of a reward if it is limited; return whether it is."""
    if not is_limited(reward, tx.rewards.supply(reward.name)):
        return False
    tx.rewards.lock_supply(reward.name)
    return True


def why_not_left(
    tx: StoreReaders, reward: Reward, member_id: str, wanted: int = 1, *, is_test: bool = False
) -> RewardRefusal | None:
    """Return why a number of a reward cannot be issued to a member now; None: they can.

    `is_test`: a test member takes nothing from what all members share.
    """
    supply = tx.rewards.supply(reward.name)
    if supply.paused_at is not None:
        return RewardPaused(reward.name)
    if is_test:
        return None
    left = _left(tx, reward, supply)
    if left is not None and left < wanted:
        return RewardSoldOut(reward.name, left)
    shared = None if reward.coupon is None else reward.coupon.shared
    if shared is not None and tx.rewards.held(member_id, shared.code) + wanted > shared.each:
        return SharedByMember(reward.name, shared.each)
    return None


def left_for(tx: StoreReaders, reward: Reward, member_id: str, *, is_test: bool = False) -> int | None:
    """Return how many of a reward can be issued to a member now; None: unlimited, as for a test member."""
    supply = tx.rewards.supply(reward.name)
    if supply.paused_at is not None:
        return 0
    if is_test:
        return None
    left = _left(tx, reward, supply)
    shared = None if reward.coupon is None else reward.coupon.shared
    if shared is not None:
        own = max(0, shared.each - tx.rewards.held(member_id, shared.code))
        left = own if left is None else min(left, own)
    return left


def left_of(tx: StoreReaders, reward: Reward) -> int | None:
    """Return how many of a reward are left for all members; None: unlimited."""
    return _left(tx, reward, tx.rewards.supply(reward.name))


def _left(tx: StoreReaders, reward: Reward, supply: RewardSupply) -> int | None:
    bounds = [] if supply.stock is None else [supply.stock]
    if takes_codes(reward) and not tx.rewards.makes_up_codes:
        bounds.append(supply.codes)
    shared = None if reward.coupon is None else reward.coupon.shared
    if shared is not None:
        known = tx.rewards.shared(shared.code)
        bounds.append(shared.uses - (0 if known is None else known.assigned))
    return max(0, min(bounds)) if bounds else None


def take_from_stock(tx: StoreRepositories, reward: str) -> bool:
    """Take one from the stock of a reward, which is locked; return whether one was left."""
    supply = tx.rewards.supply(reward)
    if supply.supplied is None:
        return False
    tx.rewards.set_supply(replace(supply, taken=supply.taken + 1))
    return True


def put_back(tx: StoreRepositories, issued: IssuedReward) -> None:
    """Return an issued reward to the stock; an uploaded code that was shown never returns."""
    if not (issued.from_stock or issued.is_shared):
        return
    tx.rewards.lock_supply(issued.reward)
    if issued.is_shared and issued.coupon is not None:
        tx.rewards.count_shared(issued.reward, issued.coupon, assigned=-1)
    if issued.from_stock:
        supply = tx.rewards.supply(issued.reward)
        tx.rewards.set_supply(replace(supply, taken=supply.taken - 1))
