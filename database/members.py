"""Writes of members: register, change, freeze and close them, and grant badges."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from database.analytics.moving import MovedFigures
from database.locks import identity_lock, member_lock
from database.member_fields import fields_of
from database.member_queries import KEY_COLUMNS, MemberQueries
from database.personal_data.kept_rows import KEYS
from database.queries import WriteQueries, first_column
from database.sessions import Sessions
from database.sqlite_fast_path import Prepared
from database.tables import badge, former_identity, member, member_collision, member_field
from loyalty.program.wallets import Points
from loyalty.store.identity_keys import phone_key
from loyalty.store.members import (
    Identity,
    TierReview,
    still_learned,
)

_REMOVE_BADGE: Prepared[str] = Prepared(
    delete(badge).where(
        badge.c.store == bindparam("in_store"),
        badge.c.member == bindparam("the_member"),
        badge.c.badge == bindparam("the_badge"),
    ),
    first_column,
)


_NEVER_REVIEWED = {
    "tier_raised_at": None,
    "tier_lowered_at": None,
    "tier_base": 0,
    "tier_until": None,
    "reviewed_at": None,
    "reviewed_since": None,
    "reviewed_base": 0,
}
"""The columns of a member whose tier has not changed and was not reviewed yet."""


class Members(MemberQueries, WriteQueries):
    """The members of one store."""

    def lock_identity(self, identity: Identity) -> None:
        """Lock the parts of an identity, so that no other transaction registers a member with one of them.

        Queries after this see the members registered before.
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
        """Add a member, who waits for activation if not `active`; return False if the identity is taken, or the id."""
        is_new = self.insert_if_absent(
            member,
            {
                "id": member_id,
                **_identity_columns(identity),
                "profile": profile,
                "attributes": attributes,
                "tier": tier,
                "tier_since": now if tier else None,
                **_NEVER_REVIEWED,
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
        """Replace a member's identity, profile, and date of registration.

        Changed parts of the identity count as confirmed.
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
        """Replace a member's identity, with the parts that are not confirmed."""
        self._take_from_merged(member_id, identity)
        self.update(member, {"id": member_id}, **_identity_columns(identity), learned=learned, updated_at=now)

    def respell_phone(self, member_id: str, phone: str, *, now: datetime) -> None:
        """Replace the spelling of a phone number, without changing whether it is confirmed."""
        here = (member.c.store == self.store, member.c.id == member_id)
        before = self.connection.execute(select(member.c.phone_key).where(*here)).scalar_one()
        after = {"phone": phone, "phone_key": phone_key(phone)}
        self._note_former(member_id, {"phone_key": before}, after)
        self.update(member, {"id": member_id}, **after, updated_at=now)

    def note_collision(self, member_id: str, part: str, other: str) -> None:
        """Record that a member's email or phone (`part`) collides with that of another member, who is found by it."""
        self.upsert(member_collision, {"member": member_id, "part": part, "other": other})

    def _note_former(self, member_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Store what a member was found by before, so that unassigned sales that name it still belong to them."""
        for part in KEYS:
            key = before.get(part)
            if key is not None and key != after[part]:
                self.insert_if_absent(former_identity, {"member": member_id, "part": part, "key": key})

    def _take_from_merged(self, member_id: str, identity: Identity) -> None:
        """Remove parts of an identity from members merged into this one, who were still found by them."""
        columns = _identity_columns(identity)
        for part in ("email", "phone", "card"):
            key = KEY_COLUMNS[part]
            if columns[key] is not None:
                here = (member.c.store == self.store, member.c[key] == columns[key], member.c.merged_into == member_id)
                self.connection.execute(update(member).where(*here).values({part: None, key: None}))

    def set_active(self, member_id: str, active: bool, *, now: datetime) -> None:
        """Activate or deactivate a member; they do not wait for activation any more."""
        self.update(member, {"id": member_id}, active=active, waits_for_activation=False, updated_at=now)

    def set_frozen(self, member_id: str, frozen_at: datetime | None, reason: str | None, *, now: datetime) -> None:
        """Freeze a member, with the reason, or unfreeze them if both are None."""
        self.update(member, {"id": member_id}, frozen_at=frozen_at, frozen_reason=reason, updated_at=now)

    def set_test(self, member_id: str, is_test: bool, *, now: datetime) -> None:
        """Mark a member as a test member, or not, and correct the figures."""
        MovedFigures(self.connection, self.store).move(member_id, out=is_test)
        self.update(member, {"id": member_id}, is_test=is_test, updated_at=now)

    def set_password(self, member_id: str, password_hash: str, *, now: datetime) -> None:
        """Replace the hash of a member's password."""
        self.update(member, {"id": member_id}, password_hash=password_hash, updated_at=now)

    def set_channel(self, member_id: str, channel: str | None, *, now: datetime) -> None:
        """Set a member's channel by its id; None: remove it."""
        self.update(member, {"id": member_id}, channel=channel, updated_at=now)

    def end_sessions(self, member_id: str) -> None:
        """End all sessions of a member."""
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

        `review`: the last one; None: keep the stored one.
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
        """Set how many times a member has a badge; 0 removes it."""
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
