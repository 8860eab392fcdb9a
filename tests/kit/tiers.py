"""Many members in tiers, written to the database in one go."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from database import Database, Transaction
from database.tables import account, member
from loyalty.ids import new_id
from loyalty.program.wallets import ONE, Points
from loyalty.store.members import NOTHING, Balance

TIERS = (None, "bronze", "silver", "gold", "no-tier-of-the-program")


@dataclass(frozen=True)
class AddedMember:
    """A member with what the tier depends on."""

    id: str
    tier: str | None
    balance: Balance
    tier_base: Points


async def add_members(database: Database, count: int, *, seed: int) -> list[AddedMember]:
    """Add members of any tier and standing; every tenth has no account."""
    dice = random.Random(seed)
    added = [_member(dice, number) for number in range(count)]
    await add(database, added)
    return added


async def add(database: Database, added: list[AddedMember], *, store: str = "DEFAULT") -> None:
    """Add members with their accounts."""
    now = datetime.now(UTC)

    def write(tx: Transaction) -> None:
        tx.connection.execute(insert(member), [_member_row(each, store, now) for each in added])
        tx.connection.execute(insert(account), [_account_row(each, store) for each in added if any(each.balance)])

    await database.store(store).write(write)


def in_tier(tier: str | None, points: int) -> AddedMember:
    """A member with as many points that qualify and can be spent."""
    amount = Points(points * ONE)
    return AddedMember(new_id(), tier, Balance(active=amount, earned=amount, qualifying=amount), NOTHING)


def _member(dice: random.Random, number: int) -> AddedMember:
    points = [Points(dice.randrange(0, 3000 * ONE)) for _ in range(3)]
    balance = Balance(active=points[0], owed=points[1], qualifying=points[2], earned=points[2])
    base = Points(dice.choice([0, dice.randrange(0, 1000 * ONE)]))
    return AddedMember(new_id(), dice.choice(TIERS), balance if number % 10 else Balance(), base)


def _member_row(each: AddedMember, store: str, now: datetime) -> dict[str, Any]:
    times = dict.fromkeys(("registered_at", "created_at", "updated_at"), now)
    named = {
        "id": each.id,
        "store": store,
        "email": f"{each.id}@example.com",
        "email_key": f"{each.id}@example.com",
    }
    rest = {"profile": {}, "attributes": {}, "tier": each.tier, "tier_base": each.tier_base, "active": True}
    return {**named, **rest, **times}


def _account_row(each: AddedMember, store: str) -> dict[str, Any]:
    kept = {"id": new_id(), "store": store, "member": each.id, "wallet": "points", "transfers": 0}
    return kept | each.balance._asdict()
