"""The filters of lists of rewards. A program's rewards are in memory, so these compare what responses show."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from api.http.paging import Filter, FilterType, ListQuery
from loyalty.program.program import Program
from loyalty.program.rewards import Reward
from loyalty.rewards.supply import is_limited
from loyalty.store.rewards import RewardSupply

_REWARD: Final[Mapping[str, FilterType]] = {
    "rewardId": "exact_text",
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

_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "like": lambda value, text: text in value,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
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
        if all(_matches(values[each.field], each) for each in asked):
            found.append(reward)
    return found


def _values(
    program: Program, reward: Reward, supply: RewardSupply, *, now: datetime, deployed_at: datetime
) -> Mapping[str, Any]:
    """Return the values that filters compare; a list matches if one of its values does."""
    categories = [program.id_of("reward category", each) for each in reward.categories]
    return {
        "rewardId": [program.id_of("reward", reward.name)],
        "reward": [reward.kind],
        "active": [supply.paused_at is None],
        "createdAt": [deployed_at],
        "public": [reward.price is not None],
        "fulfillmentTracking": [reward.coupon is None],
        "featured": [False],
        "name": [reward.title],
        "shortDescription": [reward.description],
        "brandName": [],
        "brandDescription": [],
        "levels": [],
        "segments": [],
        "categories": [*categories, *reward.categories],
        "labels": [],
        "costInPoints": [] if reward.price is None else [reward.price.least],
        "limit": [Decimal(supply.stock)] if is_limited(reward, supply) and supply.stock is not None else [],
        "visible": [reward.shown.holds(now)],
        "visibleFrom": _given(reward.shown.start),
        "visibleTo": _given(reward.shown.end),
        "activeFrom": _given(reward.sold.start),
        "activeTo": _given(reward.sold.end),
    }


def _given(moment: datetime | None) -> list[datetime]:
    return [] if moment is None else [moment]


def _matches(values: Sequence[Any], one: Filter) -> bool:
    wanted = one.value.lower() if one.field == "rewardId" and isinstance(one.value, str) else one.value
    return any(_COMPARED[one.operator](value, wanted) for value in values)
