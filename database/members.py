"""Members: who they are, how they are found, and what rules may know of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, or_, select

from database.pages import Found, Page, find
from database.prepared import Prepared
from database.queries import Queries
from database.tables import badge, balance, member
from loyalty.program.wallets import Points
from loyalty.store.members import Balance, Member
from loyalty.store.rows import Row


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a client names a member: any of these, all of the same one."""

    id: str | None = None
    email: str | None = None
    phone: str | None = None
    card: str | None = None

    def __bool__(self) -> bool:
        return any((self.id, self.email, self.phone, self.card))


class Members(Queries):
    """Members of one store."""

    def matching(self, identity: Identity) -> list[Row]:
        """Every member that any part of an identity names, none for none; e-mail and phone in any case."""
        parts = {
            "id": identity.id,
            "email_key": identity.email and identity.email.lower(),
            "phone_key": identity.phone and identity.phone.lower(),
            "card": identity.card,
        }
        given = {name: value for name, value in parts.items() if value}
        if not given:
            return []
        return _matching(tuple(given)).all(self.connection, given | {"in_store": self.store})

    def get(self, member_id: str) -> Row | None:
        """One member's row."""
        return self.first(member, id=member_id)

    def page(self, page: Page) -> Found:
        """Members, in the order they were registered here."""
        return find(self.connection, member, page, within=member.c.store == self.store, by=member.c.created_at)

    def register(
        self,
        identity: Identity,
        *,
        member_id: str,
        profile: Mapping[str, Any],
        attributes: Mapping[str, Any],
        tier: str | None,
        password_hash: str | None,
        registered_at: datetime,
        now: datetime,
    ) -> bool:
        """Add a member; False where one with any part of the identity is there already."""
        return self.insert_once(
            member,
            {
                "id": member_id,
                "email": identity.email,
                "email_key": identity.email.lower() if identity.email else None,
                "phone": identity.phone,
                "phone_key": identity.phone.lower() if identity.phone else None,
                "card": identity.card,
                "profile": profile,
                "attributes": attributes,
                "tier": tier,
                "tier_since": now if tier else None,
                "tier_base": 0,
                "tier_until": None,
                "active": True,
                "password_hash": password_hash,
                "registered_at": registered_at,
                "created_at": now,
                "updated_at": now,
            },
        )

    def lock_member(self, member_id: str) -> None:
        """Let nobody else change what belongs to a member until the transaction ends."""
        self.lock(f"member/{member_id}")

    def facts(self, member_id: str) -> Member:
        """What rules may know of a member."""
        row = self.get(member_id)
        if row is None:
            raise LookupError(f"member {member_id} is not in store {self.store}")
        return Member(
            id=row["id"],
            registered_at=row["registered_at"],
            email=row["email"],
            phone=row["phone"],
            card=row["card"],
            tier=row["tier"],
            profile=row["profile"],
            attributes=row["attributes"],
            balances=self.balances(member_id),
            badges=tuple(granted["badge"] for granted in self.badges(member_id)),
            tier_base=Points(row["tier_base"]),
            tier_until=row["tier_until"],
        )

    def balances(self, member_id: str) -> dict[str, Balance]:
        """A member's points by wallet; a wallet never used is absent."""
        return {row["wallet"]: as_balance(row) for row in self.rows(balance, ("wallet",), member=member_id)}

    def set_tier(self, member_id: str, tier: str, *, until: datetime | None, now: datetime) -> None:
        """Put a member into a tier, to be reviewed then."""
        self.alter(member, {"id": member_id}, tier=tier, tier_since=now, tier_until=until, updated_at=now)

    def set_period(self, member_id: str, *, base: Points, until: datetime | None, now: datetime) -> None:
        """Begin a period of a member's tier: it counts what is earned above the base, and ends with a review."""
        self.alter(member, {"id": member_id}, tier_base=base, tier_until=until, updated_at=now)

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:
        """Replace a member's attributes."""
        self.alter(member, {"id": member_id}, attributes=attributes, updated_at=now)

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Count one more of a badge."""
        row = {"member": member_id, "badge": name, "times": 1, "granted_at": now, "updated_at": now}
        self.add_up(badge, row, sums=("times",), keeps=("granted_at",))

    def badges(self, member_id: str) -> list[Row]:
        """A member's badges, the first granted first."""
        return self.rows(badge, ("granted_at", "badge"), member=member_id)


def as_balance(row: Mapping[Any, Any]) -> Balance:
    """A balance's row as the core sees it."""
    return Balance(
        active=Points(row["active"]),
        pending=Points(row["pending"]),
        earned=Points(row["earned"]),
        spent=Points(row["spent"]),
        expired=Points(row["expired"]),
    )


@cache
def _matching(columns: tuple[str, ...]) -> Prepared:
    """Members by any of these columns; built once, because every event asks."""
    parts = [member.c[name] == bindparam(name) for name in columns]
    here = select(member).where(member.c.store == bindparam("in_store"), or_(*parts))
    return Prepared(here.order_by(member.c.id).limit(5))
