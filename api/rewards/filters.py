"""The filters of lists of rewards. A program's rewards are in memory, so these compare what responses show."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from api.http.paging import Filter, FilterType, ListQuery, matches
from loyalty.program.program import Program
from loyalty.program.rewards import Reward
from loyalty.rewards.supply import is_limited
from loyalty.store.rewards import RewardSupply

_REWARD: Final[Mapping[str, FilterType]] = {
    "rewardId": "id",
    "reward": "exact_text",
    "active": "boolean",
    "createdAt": "instant",
    "public": "boolean",
    "fulfillmentTracking": "boolean",
    "featured": "boolean",
    "name": "text",
    "shortDescription": "text",
    "brandName": "text",
    "brandDescription": "text",
    "levels": "exact_text",
    "segments": "exact_text",
    "categories": "exact_text",
    "labels": "text",
    "costInPoints": "number",
    "limit": "number",
    "visible": "boolean",
    "visibleFrom": "instant",
    "visibleTo": "instant",
    "activeFrom": "instant",
    "activeTo": "instant",
    "format": "exact_text",
}
LIST_QUERY = ListQuery(_REWARD)
MEMBER_QUERY = ListQuery({**_REWARD, "available": "boolean"})
CATEGORY_QUERY = ListQuery({"active": "boolean", "name": "text"})
CODE_QUERY = ListQuery({"code": "exact_text", "issued": "boolean"}, key=(str, str))

_SHOWN_ALIKE: Final = frozenset({"format"})
"""Filters that ask for another form of texts, of which there is only one."""


def filtered_rewards(
    program: Program,
    supplies: Mapping[str, RewardSupply],
    filters: Sequence[Filter],
    *,
    now: datetime,
    deployed_at: datetime,
) -> list[Reward]:
    """Return the rewards that match the filters, in the order of the files."""
    asked = [each for each in filters if each.field not in _SHOWN_ALIKE and each.field != "available"]
    found = []
    for reward in program.rewards.values():
        supply = supplies.get(reward.name, RewardSupply(reward.name))
        values = _values(program, reward, supply, now=now, deployed_at=deployed_at)
        if matches(values, asked):
            found.append(reward)
    return found


def _values(
    program: Program, reward: Reward, supply: RewardSupply, *, now: datetime, deployed_at: datetime
) -> Mapping[str, Any]:
    """Return the values that filters compare."""
    categories = [program.id_of("reward category", each) for each in reward.categories]
    return {
        "rewardId": program.id_of("reward", reward.name),
        "reward": reward.kind,
        "active": supply.paused_at is None,
        "createdAt": deployed_at,
        "public": reward.price is not None,
        "fulfillmentTracking": reward.coupon is None,
        "featured": False,
        "name": reward.title,
        "shortDescription": reward.description,
        "brandName": None,
        "brandDescription": None,
        "levels": None,
        "segments": None,
        "categories": [*categories, *reward.categories],
        "labels": None,
        "costInPoints": None if reward.price is None else reward.price.least,
        "limit": Decimal(supply.stock) if is_limited(reward, supply) and supply.stock is not None else None,
        "visible": reward.shown.holds(now),
        "visibleFrom": reward.shown.start,
        "visibleTo": reward.shown.end,
        "activeFrom": reward.sold.start,
        "activeTo": reward.sold.end,
    }
