"""The members of an in-memory store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.program.wallets import Points
from loyalty.store.members import (
    Identity,
    KnownIdentity,
    Member,
    Participation,
    TierPeriod,
    TierReview,
    still_learned,
)
from loyalty.store.memory.member_state import MemberState


class InMemoryMembers:
    """Members with everything that rules may read of them."""

    __slots__ = ("_load", "_members", "_store")

    def __init__(self, store: str, members: Mapping[str, MemberState], load: Callable[[MemberState], None]) -> None:
        """`load` adds a member to the store."""
        self._store = store
        self._members = members
        self._load = load

    def lock_identity(self, identity: Identity) -> None:
        """Lock nothing, since there is no concurrency."""

    def identities_matching(self, identity: Identity) -> Sequence[KnownIdentity]:
        known = map(_identity_of, self._members.values())
        return [each for each in known if each.keys.items() & identity.keys.items()]

    def is_active(self, member_id: str) -> bool:
        return self._members[member_id].active

    def participation(self, member_id: str) -> Participation:
        state = self._members[member_id]
        return Participation(state.active, state.member.frozen_at is not None)

    def waits_for_activation(self, member_id: str) -> bool:
        return self._members[member_id].waits_for_activation

    def merged_into(self, member_id: str) -> str | None:  # noqa: ARG002 - members are merged on databases alone
        return None

    def password_hash(self, member_id: str) -> str | None:
        return self._members[member_id].password_hash

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
        now: datetime,  # noqa: ARG002 - not kept
        active: bool = True,
        is_test: bool = False,
    ) -> bool:
        if self.identities_matching(replace(identity, id=member_id)):
            return False
        new = Member(
            id=member_id,
            registered_at=registered_at,
            email=identity.email,
            phone=identity.phone,
            card=identity.card,
            tier=tier,
            profile=profile,
            attributes=_as_stored(attributes),
            is_test=is_test,
        )
        self._load(MemberState(new, active=active, waits_for_activation=not active, password_hash=password_hash))
        return True

    def lock_member(self, member_id: str) -> None:
        """Lock nothing, since there is no concurrency; raise LookupError for an unknown member."""
        if member_id not in self._members:
            raise LookupError(f"member {member_id} is not in store {self._store}")

    def change(
        self,
        member_id: str,
        *,
        identity: Identity,
        profile: Mapping[str, Any],
        registered_at: datetime,
        now: datetime,  # noqa: ARG002 - not kept
    ) -> None:
        state = self._members[member_id]
        state.learned = still_learned(_identity_of(state), identity)
        state.member = replace(
            state.member,
            email=identity.email,
            phone=identity.phone,
            card=identity.card,
            profile=profile,
            registered_at=registered_at,
        )

    def learn(self, member_id: str, identity: Identity, *, learned: str, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.member = replace(state.member, email=identity.email, phone=identity.phone, card=identity.card)
        state.learned = learned

    def respell_phone(self, member_id: str, phone: str, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.member = replace(state.member, phone=phone)

    def note_collision(self, member_id: str, part: str, other: str) -> None:
        """Do nothing: collisions are not listed in memory."""

    def set_active(self, member_id: str, active: bool, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.active, state.waits_for_activation = active, False

    def set_frozen(self, member_id: str, frozen_at: datetime | None, reason: str | None, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.member = replace(state.member, frozen_at=frozen_at)

    def set_test(self, member_id: str, is_test: bool, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.member = replace(state.member, is_test=is_test)

    def set_password(self, member_id: str, password_hash: str, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        self._members[member_id].password_hash = password_hash

    def set_channel(self, member_id: str, channel: str | None, *, now: datetime) -> None:
        """Do nothing: nothing in memory reads channels."""

    def end_sessions(self, member_id: str) -> None:
        """Do nothing: there are no sessions in memory."""

    def badge_times(self, member_id: str, name: str) -> int:
        return self._members[member_id].badges.get(name, 0)

    def facts(self, member_id: str) -> Member:
        state = self._members[member_id]
        known = state.member
        return Member(
            known.id,
            known.registered_at,
            known.email,
            known.phone,
            known.card,
            known.tier,
            known.profile,
            known.attributes,
            state.balances.copy(),
            tuple(state.badges),
            known.tier_base,
            known.tier_until,
            frozen_at=known.frozen_at,
            is_test=known.is_test,
        )

    def tier_period(self, member_id: str) -> TierPeriod:
        state = self._members[member_id]
        return TierPeriod(state.member.tier_base, state.member.tier_until, state.review)

    def set_tier(self, member_id: str, tier: str, *, up: bool, until: datetime | None, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.member = replace(state.member, tier=tier, tier_until=until)

    def set_period(
        self,
        member_id: str,
        *,
        base: Points,
        until: datetime | None,
        now: datetime,  # noqa: ARG002 - not kept
        review: TierReview | None = None,
    ) -> None:
        state = self._members[member_id]
        state.member = replace(state.member, tier_base=base, tier_until=until)
        state.review = review or state.review

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._members[member_id]
        state.member = replace(state.member, attributes=_as_stored(attributes))

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Grant a badge; rules see badges in the order of their first grant, those of one moment by name."""
        state = self._members[member_id]
        badges = state.badges
        is_new = name not in badges
        badges[name] = badges.get(name, 0) + 1
        if is_new:
            state.granted[name] = now
            later = [each for each in badges if state.granted.get(each) == now]
            for each in sorted(later):
                badges[each] = badges.pop(each)

    def set_badge(self, member_id: str, name: str, times: int, *, now: datetime) -> None:
        state = self._members[member_id]
        if times == 0:
            state.badges.pop(name, None)
            state.granted.pop(name, None)
            return
        if name not in state.badges:
            self.grant_badge(member_id, name, now=now)
        state.badges[name] = times


def _identity_of(state: MemberState) -> KnownIdentity:
    member = state.member
    return KnownIdentity(member.id, member.email, member.phone, member.card, state.active, state.learned)


def _as_stored(value: Any) -> Any:
    """Return a value as if read back from JSON: instants become text."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _as_stored(each) for key, each in value.items()}
        case list() | tuple():
            return [_as_stored(each) for each in value]
        case _:
            return value
