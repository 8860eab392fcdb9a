"""Reads of members: their identity, how they are found, and what rules may read of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, or_, select

from database.member_pages import count_registrations, find_members
from database.pages import PageRequest, PageResult, count
from database.queries import Queries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import account, badge, member, member_collision
from database.test_members import ids_of_test_members
from loyalty.program.wallets import Points
from loyalty.store.members import (
    Balance,
    GrantedBadge,
    Identity,
    KnownIdentity,
    Member,
    Participation,
    StoredMember,
    TierPeriod,
    TierReview,
)

KEY_COLUMNS = {"id": "id", "email": "email_key", "phone": "phone_key", "card": "card"}
"""The columns that the parts of an identity are compared with; two of them are in lower case."""


def _found(merged_into: str | None, *columns: Any) -> tuple[KnownIdentity, str | None]:
    return KnownIdentity(*columns), merged_into


_KNOWN = [member.c[name] for name in ("id", "email", "phone", "card", "active", "learned")]


def _with_wallet(wallet: str, *columns: Points) -> tuple[str, Balance]:
    return wallet, Balance(*columns)


def _columns(*columns: Any) -> tuple[Any, ...]:
    return columns


_BALANCES = Prepared(
    select(account.c.wallet, *columns_of(Balance, account))
    .where(account.c.store == bindparam("in_store"), account.c.member == bindparam("the_member"))
    .order_by(account.c.wallet),
    _with_wallet,
)
_BADGES: Prepared[str] = Prepared(
    select(badge.c.badge)
    .where(badge.c.store == bindparam("in_store"), badge.c.member == bindparam("the_member"))
    .order_by(badge.c.granted_at, badge.c.badge),
    first_column,
)
_FACTS = Prepared(
    select(
        member.c.id,
        member.c.registered_at,
        member.c.email,
        member.c.phone,
        member.c.card,
        member.c.tier,
        member.c.profile,
        member.c.attributes,
        member.c.tier_base,
        member.c.tier_until,
        member.c.frozen_at,
        member.c.is_test,
    ).where(member.c.store == bindparam("in_store"), member.c.id == bindparam("the_member")),
    _columns,
)

_PARTICIPATION = Prepared(
    select(member.c.active, member.c.frozen_at.is_not(None)).where(
        member.c.store == bindparam("in_store"), member.c.id == bindparam("the_member")
    ),
    Participation,
)


def _period(base: Points, until: datetime | None, *review: Any) -> TierPeriod:
    return TierPeriod(base, until, None if review[0] is None else TierReview(*review))


_PERIOD = Prepared(
    select(
        member.c.tier_base, member.c.tier_until, member.c.reviewed_at, member.c.reviewed_since, member.c.reviewed_base
    ).where(member.c.store == bindparam("in_store"), member.c.id == bindparam("the_member")),
    _period,
)


@dataclass(frozen=True, slots=True)
class Collision:
    """A member whose email or phone (`part`) collides with that of another, who is found by it."""

    member: str
    part: str
    other: str


class MemberQueries(Queries):
    """Reads the members of one store."""

    def identities_matching(self, identity: Identity) -> list[KnownIdentity]:
        """Return the identities of members that share any part with an identity, each with its id.

        The known parts of a merged member lead to the survivor.
        """
        keys = {KEY_COLUMNS[name]: key for name, key in identity.keys.items()}
        found = _matching(tuple(keys)).all(self.connection, keys | {"in_store": self.store}) if keys else []
        if all(merged_into is None for _, merged_into in found):
            return [known for known, _ in found]
        return self._with_survivors(found)

    def _with_survivors(self, found: Sequence[tuple[KnownIdentity, str | None]]) -> list[KnownIdentity]:
        by_id = {str(known.id): known for known, merged_into in found if merged_into is None}
        for known, merged_into in found:
            if merged_into is not None:
                survivor = by_id.get(merged_into)
                if survivor is None:
                    ((survivor, _),) = _matching(("id",)).all(
                        self.connection, {"id": merged_into, "in_store": self.store}
                    )
                parts = Identity(known.id, known.email, known.phone, known.card)
                by_id[merged_into] = replace(survivor, merged=(*survivor.merged, parts))
        return [by_id[member_id] for member_id in sorted(by_id)]

    def merged_into(self, member_id: str) -> str | None:
        """Return the member into whom this one was merged; None: they were not."""
        here = (member.c.store == self.store, member.c.id == member_id)
        found: str | None = self.connection.execute(select(member.c.merged_into).where(*here)).scalar()
        return found

    def leads_to(self, member_id: str) -> str:
        """Return the member to whom an id leads: the survivor if its member was merged, else the id itself."""
        return self.merged_into(member_id) or member_id

    def is_active(self, member_id: str) -> bool:
        """Return whether a member is active; raise LookupError for an unknown id."""
        return self.participation(member_id).active

    def participation(self, member_id: str) -> Participation:
        """Return whether a member is active, and whether they are frozen; raise LookupError for an unknown id."""
        found = _PARTICIPATION.first(self.connection, {"in_store": self.store, "the_member": member_id})
        if found is None:
            raise LookupError(f"member {member_id} is not in store {self.store}")
        return found

    def collisions(self, page: PageRequest) -> tuple[list[Collision], int]:
        """Return a page of the members whose email or phone equals another's in canonical form, and their number."""
        here = member_collision.c.store == self.store
        wanted = select(*columns_of(Collision, member_collision)).where(here)
        in_order = wanted.order_by(member_collision.c.member, member_collision.c.part)
        rows = self.connection.execute(in_order.limit(page.limit).offset(page.offset))
        return [Collision(*row) for row in rows], count(self.connection, member_collision, [here])

    def waits_for_activation(self, member_id: str) -> bool:
        """Return whether a member was registered without activation, and neither activated nor deactivated since."""
        here = (member.c.store == self.store, member.c.id == member_id)
        return bool(self.connection.execute(select(member.c.waits_for_activation).where(*here)).scalar_one())

    def password_hash(self, member_id: str) -> str | None:
        """Return the hash of a member's password; None: they cannot log in."""
        here = (member.c.store == self.store, member.c.id == member_id)
        found: str | None = self.connection.execute(select(member.c.password_hash).where(*here)).scalar_one()
        return found

    def get(self, member_id: str) -> StoredMember | None:
        """Return one member."""
        return self.find_one(StoredMember, member, id=member_id)

    def page(self, page: PageRequest, *, wallet: str) -> PageResult[StoredMember]:
        """Return a page of the members, in the order of registration here.

        Conditions are on columns of members, on `field:NAME` of the profile, and on `account:NAME` of the wallet.
        """
        return find_members(self.connection, self.store, page, wallet=wallet)

    def registrations(self, moments: Sequence[datetime]) -> list[int]:
        """Return how many members registered between each of these moments and the next."""
        return count_registrations(self.connection, self.store, moments)

    def test_members(self, ids: Collection[str]) -> set[str]:
        """Return those of these members who are test members."""
        return set(self.connection.scalars(ids_of_test_members(self.store).where(member.c.id.in_(ids))))

    def facts(self, member_id: str) -> Member:
        """Return a member as rules see them; raise LookupError for an unknown id."""
        here = {"in_store": self.store, "the_member": member_id}
        found = _FACTS.first(self.connection, here)
        if found is None:
            raise LookupError(f"member {member_id} is not in store {self.store}")
        member_id, registered_at, email, phone, card, tier, profile, attributes, *others = found
        tier_base, tier_until, frozen_at, is_test = others
        return Member(
            member_id,
            registered_at,
            email,
            phone,
            card,
            tier,
            profile,
            attributes,
            self.balances(member_id),
            tuple(_BADGES.all(self.connection, here)),
            tier_base,
            tier_until,
            frozen_at=frozen_at,
            is_test=is_test,
        )

    def tier_period(self, member_id: str) -> TierPeriod:
        """Return what counts for a member's tier; raise LookupError for an unknown id."""
        found = _PERIOD.first(self.connection, {"in_store": self.store, "the_member": member_id})
        if found is None:
            raise LookupError(f"member {member_id} is not in store {self.store}")
        return found

    def balances(self, member_id: str) -> dict[str, Balance]:
        """Return a member's balances by wallet; a wallet that was never used is absent."""
        return dict(_BALANCES.all(self.connection, {"in_store": self.store, "the_member": member_id}))

    def badge_times(self, member_id: str, name: str) -> int:
        """Return how many times a member has a badge."""
        found = self.find_one(GrantedBadge, badge, member=member_id, badge=name)
        return 0 if found is None else found.times

    def badges(self, member_id: str) -> list[GrantedBadge]:
        """Return a member's badges, the first granted first."""
        return self.find_all(GrantedBadge, badge, ("granted_at", "badge"), member=member_id)


@cache
def _matching(columns: tuple[str, ...]) -> Prepared[tuple[KnownIdentity, str | None]]:
    """Return a condition for members with any of these columns."""
    parts = [member.c[name] == bindparam(name) for name in columns]
    here = select(member.c.merged_into, *_KNOWN).where(member.c.store == bindparam("in_store"), or_(*parts))
    return Prepared(here.order_by(member.c.id), _found)
