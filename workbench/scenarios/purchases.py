"""Purchases of rewards in a test: the operation of production, on the engine in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from loyalty.campaigns.codes import upload_codes
from loyalty.engine.in_memory import REVISION, InMemoryEngine
from loyalty.events.operations import OperationContext
from loyalty.program.rewards import PurchaseRefusal
from loyalty.references import EventRef
from loyalty.refusals import Refusal
from loyalty.rewards import refusals
from loyalty.rewards.operations import BuyReward, buy_reward
from loyalty.rewards.stocking import set_stock

_WORDS: Final[Mapping[type[Refusal], PurchaseRefusal]] = {
    refusals.NotForSale: "not_for_sale",
    refusals.NotOnSaleYet: "not_on_sale_yet",
    refusals.NoLongerOnSale: "no_longer_on_sale",
    refusals.NotEligible: "not_eligible",
    refusals.PurchaseLimitReached: "limit_reached",
    refusals.SharedByMember: "limit_reached",
    refusals.RewardSoldOut: "sold_out",
    refusals.OtherPrice: "other_price",
    refusals.CannotPay: "not_enough_points",
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """The result of a purchase: the recorded events, or the refusal."""

    recorded: Sequence[EventRef] = ()
    refused: PurchaseRefusal | None = None
    why: str = ""
    """The refusal in words; empty: there is none."""


def buy(engine: InMemoryEngine, member_id: str, reward: str, points: Decimal | None) -> Purchase:
    """Let a member buy a reward."""
    operation = _operation(engine, "member")
    try:
        buy_reward(operation, BuyReward(member_id, reward, points=points))
    except Refusal as refusal:
        word = _WORDS.get(type(refusal))
        return Purchase(refused=word, why=f"{word or type(refusal).__name__}: {refusal}")
    return Purchase(operation.to_start)


def stock_rewards(engine: InMemoryEngine, stock: Mapping[str, int]) -> None:
    """Set how many of some rewards are left."""
    for reward, number in stock.items():
        set_stock(_operation(engine, "admin"), reward, number)


def add_codes(engine: InMemoryEngine, codes: Mapping[str, Sequence[str]]) -> None:
    """Give reactors their redemption codes."""
    for reactor, listed in codes.items():
        upload_codes(_operation(engine, "admin"), reactor, listed)


def _operation(engine: InMemoryEngine, source: str) -> OperationContext:
    return OperationContext(engine.store, engine.program, REVISION, engine.now, source)
