"""The lists on the page of one member: the first rows of each that the caller may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.achievements.routes import list_triggers
from api.corrections.routes import list_corrections
from api.events.routes import list_events
from api.members.routes import list_achievements, list_badges, list_wallets
from api.merges.routes import list_merges
from api.points.routes import list_transfers
from api.redemptions.routes import list_redemptions
from api.referrals.routes import list_referrals
from api.rewards.routes import list_of_member
from api.tiers.routes import list_member_tier_sets
from api.transactions.routes import list_transactions
from console.pages.calls import Endpoint
from console.pages.page import StorePage

ROWS = "10"
"""How many rows of each list are shown; a link leads to the others."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One list: the endpoint, and how it is filtered by a member: by its path, or by a filter with this name."""

    endpoint: Endpoint
    filter: str | None = None


_PARTS: Mapping[str, _Part] = {
    "wallets": _Part(list_wallets),
    "transfers": _Part(list_transfers, "member:id"),
    "tiers": _Part(list_member_tier_sets),
    "achievements": _Part(list_achievements),
    "triggers": _Part(list_triggers),
    "badges": _Part(list_badges),
    "issued": _Part(list_redemptions, "customerId"),
    "rewards": _Part(list_of_member),
    "transactions": _Part(list_transactions, "customerId"),
    "events": _Part(list_events, "customerId"),
    "corrections": _Part(list_corrections, "customerId"),
    "merges": _Part(list_merges, "customerId"),
    "brought": _Part(list_referrals, "referrerId"),
    "brought_by": _Part(list_referrals, "refereeId"),
}


async def lists_of(page: StorePage, member: str) -> Mapping[str, Sequence[Mapping[str, Any]] | None]:
    """Return the first rows of each list about a member; None for one that the caller may not read."""
    return {name: await _rows(page, part, member) for name, part in _PARTS.items()}


async def _rows(page: StorePage, part: _Part, member: str) -> Sequence[Mapping[str, Any]] | None:
    if not page.may(part.endpoint):
        return None
    query = {"_itemsOnPage": ROWS}
    if part.filter is None:
        content = await page.call(part.endpoint, query=query, member=member)
    else:
        content = await page.call(part.endpoint, query={**query, part.filter: member})
    return [each for each in content["items"] if "unreadable" not in each]
