"""Members: who they are, how they are found, and what rules may know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from database.analytics.moving import MovedFigures
from database.locks import identity_lock, member_lock
from database.member_fields import fields_of
from database.member_pages import count_registrations, find_members
from database.pages import PageRequest, PageResult, count
from database.personal_data.kept_rows import KEYS
from database.queries import Queries, WriteQueries, columns_of, first_column
from database.sessions import Sessions
from database.sqlite_fast_path import Prepared
from database.tables import account, badge, former_identity, member, member_collision, member_field
from loyalty.program.wallets import Points
from loyalty.store.identity_keys import phone_key
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
    still_learned,
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
_REMOVE_BADGE: Prepared[str] = Prepared(
    delete(badge).where(
        badge.c.store == bindparam("in_store"),
        badge.c.member == bindparam("the_member"),
        badge.c.badge == bindparam("the_badge"),
    ),
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
    """A member whose email or phone (`part`) is that of another, who is found by it."""

    member: str
    part: str
    other: str


class MemberQueries(Queries):
    """Reads the members of one store."""

    def identities_matching(self, identity: Identity) -> list[KnownIdentity]:
        """Return the identities of members with any part of an identity, each with its id.

        What is known of a member who was merged leads to the one into whom they were.
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
        """Return the member into whom one was merged; None: they were not."""
        here = (member.c.store == self.store, member.c.id == member_id)
        found: str | None = self.connection.execute(select(member.c.merged_into).where(*here)).scalar()
        return found

    def leads_to(self, member_id: str) -> str:
        """Return the member whom an id leads to: the one into whom its own was merged, else the id."""
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
        """Return a page of the members whose email or phone is another's in one spelling, and how many there are."""
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
        """Return a page of the members, in the order they were registered here.

        Conditions are on columns of members, on `field:NAME` of the profile, and on `account:NAME` of the wallet.
        """
        return find_members(self.connection, self.store, page, wallet=wallet)

    def registrations(self, moments: Sequence[datetime]) -> list[int]:
        """Return how many members registered between each of these moments and the next."""
        return count_registrations(self.connection, self.store, moments)

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


class Members(MemberQueries, WriteQueries):
    """The members of one store."""

    def lock_identity(self, identity: Identity) -> None:
        """Lock the parts of an identity, so that no other transaction registers a member with one of them.

        Queries after this see what others registered before.
        """
        for name, key in identity.keys.items():
            self.lock(identity_lock(name, key))

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
        active: bool = True,
        is_test: bool = False,
    ) -> bool:
        """Add a member; return False if one with the id or any part of the identity exists.

        `active` False: the member waits for activation.
        """
        is_new = self.insert_if_absent(
            member,
            {
                "id": member_id,
                **_identity_columns(identity),
                "profile": profile,
                "attributes": attributes,
                "tier": tier,
                "tier_since": now if tier else None,
                "tier_raised_at": None,
                "tier_lowered_at": None,
                "tier_base": 0,
                "tier_until": None,
                "reviewed_at": None,
                "reviewed_since": None,
                "reviewed_base": 0,
                "active": active,
                "is_test": is_test,
                "waits_for_activation": not active,
                "channel": None,
                "password_hash": password_hash,
                "registered_at": registered_at,
                "created_at": now,
                "updated_at": now,
            },
        )
        if is_new:
            self._add_fields(member_id, profile)
        return is_new

    def lock_member(self, member_id: str) -> None:
        """Lock everything that belongs to a member until the transaction ends."""
        self.lock(member_lock(member_id))

    def set_tier(self, member_id: str, tier: str, *, up: bool, until: datetime | None, now: datetime) -> None:
        """Put a member into a tier above or below theirs that is reviewed at `until` (None: never)."""
        changed = {"tier_raised_at" if up else "tier_lowered_at": now}
        self.update(member, {"id": member_id}, tier=tier, tier_since=now, tier_until=until, updated_at=now, **changed)

    def change(
        self,
        member_id: str,
        *,
        identity: Identity,
        profile: Mapping[str, Any],
        registered_at: datetime,
        now: datetime,
    ) -> None:
        """Replace what a member is known by, the profile, and the date of registration.

        Parts of the identity that are other than before count as confirmed.
        """
        (before,) = self.identities_matching(Identity(id=member_id))
        new = {**_identity_columns(identity), "profile": profile, "registered_at": registered_at}
        new["learned"] = still_learned(before, identity)
        self._take_from_merged(member_id, identity)
        self._note_former(member_id, _identity_columns(before), new)
        self.update(member, {"id": member_id}, **new, updated_at=now)
        involved = or_(member_collision.c.member == member_id, member_collision.c.other == member_id)
        if _identity_columns(before) != _identity_columns(identity):
            self.connection.execute(delete(member_collision).where(involved))
        self.connection.execute(delete(member_field).where(member_field.c.member == member_id))
        self._add_fields(member_id, profile)

    def learn(self, member_id: str, identity: Identity, *, learned: str, now: datetime) -> None:
        """Replace what a member is known by, with the parts that are not confirmed."""
        self._take_from_merged(member_id, identity)
        self.update(member, {"id": member_id}, **_identity_columns(identity), learned=learned, updated_at=now)

    def respell_phone(self, member_id: str, phone: str, *, now: datetime) -> None:
        """Replace the spelling of a phone number; it stays confirmed, or not."""
        here = (member.c.store == self.store, member.c.id == member_id)
        before = self.connection.execute(select(member.c.phone_key).where(*here)).scalar_one()
        after = {"phone": phone, "phone_key": phone_key(phone)}
        self._note_former(member_id, {"phone_key": before}, after)
        self.update(member, {"id": member_id}, **after, updated_at=now)

    def note_collision(self, member_id: str, part: str, other: str) -> None:
        """Note that a member's email or phone (`part`) is that of another, who is found by it."""
        self.upsert(member_collision, {"member": member_id, "part": part, "other": other})

    def _note_former(self, member_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Keep what a member was found by and is not any more: sales that name them by it are about them."""
        for part in KEYS:
            key = before.get(part)
            if key is not None and key != after[part]:
                self.insert_if_absent(former_identity, {"member": member_id, "part": part, "key": key})

    def _take_from_merged(self, member_id: str, identity: Identity) -> None:
        """Take parts of an identity from members who were merged into this one, by which they are found still."""
        columns = _identity_columns(identity)
        for part in ("email", "phone", "card"):
            key = KEY_COLUMNS[part]
            if columns[key] is not None:
                here = (member.c.store == self.store, member.c[key] == columns[key], member.c.merged_into == member_id)
                self.connection.execute(update(member).where(*here).values({part: None, key: None}))

    def set_active(self, member_id: str, active: bool, *, now: datetime) -> None:
        """Let a member take part, or not; one who waited for activation waits no more."""
        self.update(member, {"id": member_id}, active=active, waits_for_activation=False, updated_at=now)

    def set_frozen(self, member_id: str, frozen_at: datetime | None, reason: str | None, *, now: datetime) -> None:
        """Freeze a member, with the reason, or unfreeze them by None and None."""
        self.update(member, {"id": member_id}, frozen_at=frozen_at, frozen_reason=reason, updated_at=now)

    def set_test(self, member_id: str, is_test: bool, *, now: datetime) -> None:
        """Mark a member as one for tests, or not; figures follow."""
        MovedFigures(self.connection, self.store).move(member_id, out=is_test)
        self.update(member, {"id": member_id}, is_test=is_test, updated_at=now)

    def set_password(self, member_id: str, password_hash: str, *, now: datetime) -> None:
        """Replace the hash of a member's password."""
        self.update(member, {"id": member_id}, password_hash=password_hash, updated_at=now)

    def set_channel(self, member_id: str, channel: str | None, *, now: datetime) -> None:
        """Give a member a channel by its id; None: take it away."""
        self.update(member, {"id": member_id}, channel=channel, updated_at=now)

    def end_sessions(self, member_id: str) -> None:
        """Log a member out everywhere."""
        Sessions(self.connection).end_all_of(member_id)

    def set_period(
        self,
        member_id: str,
        *,
        base: Points,
        until: datetime | None,
        now: datetime,
        review: TierReview | None = None,
    ) -> None:
        """Set a tier period: points earned above `base` count, and the review is at `until`.

        `review`: the last one; None: it stays as it is stored.
        """
        period: dict[str, Any] = {"tier_base": base, "tier_until": until, "updated_at": now}
        if review is not None:
            period |= {
                "reviewed_at": review.at,
                "reviewed_since": review.since,
                "reviewed_base": review.base,
            }
        self.update(member, {"id": member_id}, **period)

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:
        """Replace a member's attributes."""
        self.update(member, {"id": member_id}, attributes=attributes, updated_at=now)

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Grant a badge once more."""
        row = {"member": member_id, "badge": name, "times": 1, "granted_at": now, "updated_at": now}
        self.upsert_adding(badge, row, sums=("times",), keeps=("granted_at",))

    def set_badge(self, member_id: str, name: str, times: int, *, now: datetime) -> None:
        """Set how many times a member has a badge; 0 takes it away."""
        if times == 0:
            _REMOVE_BADGE.run(self.connection, self._parameters({"member": member_id, "badge": name}))
            return
        row = {"member": member_id, "badge": name, "times": times, "granted_at": now, "updated_at": now}
        self.upsert_adding(badge, row, sums=(), keeps=("granted_at",))

    def _add_fields(self, member_id: str, profile: Mapping[str, Any]) -> None:
        for field, value in sorted(fields_of(profile)):
            self.insert(member_field, {"member": member_id, "field": field, "value": value})


def _identity_columns(identity: Identity) -> dict[str, str | None]:
    keys = identity.keys
    return {
        "email": identity.email,
        "email_key": keys.get("email"),
        "phone": identity.phone,
        "phone_key": keys.get("phone"),
        "card": identity.card,
    }


@cache
def _matching(columns: tuple[str, ...]) -> Prepared[tuple[KnownIdentity, str | None]]:
    """Members by any of these columns."""
    parts = [member.c[name] == bindparam(name) for name in columns]
    here = select(member.c.merged_into, *_KNOWN).where(member.c.store == bindparam("in_store"), or_(*parts))
    return Prepared(here.order_by(member.c.id), _found)
