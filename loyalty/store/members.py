"""Members, their balances, and the repository of members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import add, sub
from typing import Any, NamedTuple, Protocol

from loyalty.program.wallets import Points
from loyalty.store.identity_keys import email_key, phone_key, written_email, written_phone
from rules.frozen import frozen_at_type_check

NOTHING = Points(0)


class Balance(NamedTuple):
    """The points of one account, or what a transfer adds to each of its parts."""

    active: Points = NOTHING
    """Points that can be spent, after paying open debt."""
    pending: Points = NOTHING
    """Points that are awarded, and not active yet."""
    earned: Points = NOTHING
    """Points added by rules and by hand."""
    spent: Points = NOTHING
    expired: Points = NOTHING
    held: Points = NOTHING
    """Points that holds have set aside, until they are captured or released."""
    owed: Points = NOTHING
    """Open debt, which the next points that become active pay."""
    qualifying: Points = NOTHING
    """Points that count for tiers: awards by rules, and additions by hand that are marked so."""

    @property
    def net(self) -> Points:
        """Active points less open debt; negative while there is debt."""
        return Points(self.active - self.owed)

    def plus(self, change: "Balance") -> "Balance":
        """Return the balance after a change, part by part."""
        return Balance(*map(add, self, change))

    def minus(self, change: "Balance") -> "Balance":
        """Return the balance before a change, part by part."""
        return Balance(*map(sub, self, change))


NO_POINTS = Balance()
"""The balance of an account that was never used."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The parts that identify a member: any of these, all of the same member. False if there are none."""

    id: str | None = None
    email: str | None = None
    phone: str | None = None
    card: str | None = None

    def __bool__(self) -> bool:
        return any((self.id, self.email, self.phone, self.card))

    @property
    def keys(self) -> dict[str, str]:
        """The given parts in their canonical form for comparison."""
        parts = {
            "id": self.id,
            "email": self.email and email_key(self.email),
            "phone": self.phone and phone_key(self.phone),
            "card": self.card,
        }
        return {name: key for name, key in parts.items() if key}

    def written(self, region: str | None) -> "Identity":
        """Return the identity in its stored form, the phone read in a region."""
        return replace(
            self,
            email=self.email and written_email(self.email),
            phone=self.phone and written_phone(self.phone, region),
        )

    @property
    def can_register(self) -> bool:
        """Whether a member can be registered with it: an id alone does not suffice."""
        return any((self.email, self.phone, self.card))


@dataclass(frozen=True, slots=True)
class KnownIdentity(Identity):
    """The identity of a member, with the id, and whether the member is active.

    `learned`: the parts, separated by commas, that came from an event, and are not confirmed: they neither log in nor
    reset a password.
    """

    active: bool = True
    learned: str | None = None
    merged: tuple[Identity, ...] = ()
    """The requested parts that belong to members merged into this one: they find this member, and prove nothing."""

    def proves(self, part: str) -> bool:
        """Return whether a part of it may log in or get a code."""
        return part not in (self.learned or "").split(",")


def still_learned(before: KnownIdentity, after: Identity) -> str | None:
    """Return the parts of an identity that stay unconfirmed, once it is changed by request."""
    parts = [each for each in (before.learned or "").split(",") if each]
    return ",".join(each for each in parts if getattr(before, each) == getattr(after, each)) or None


@frozen_at_type_check
class Member:
    """A member of a store. `profile` holds what rules do not read: names, address, agreements."""

    id: str
    registered_at: datetime
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    tier: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    badges: tuple[str, ...] = ()
    tier_base: Points = NOTHING
    """Points earned in the default wallet when the tier was last reviewed."""
    tier_until: datetime | None = None
    """When the tier is reviewed; None: never."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """The tiers in the tier sets beside the default one, by set, if they were requested."""
    frozen_at: datetime | None = None
    """When the member was frozen; None: they are not."""
    is_test: bool = False
    """Whether it is a test member: excluded from figures, and from what all members share."""


class Participation(NamedTuple):
    """Whether a member is active, and whether they may spend."""

    active: bool
    frozen: bool


class TierReview(NamedTuple):
    """A review of a member's tier. It judged the points earned above `base` in the period that it ended."""

    at: datetime
    """When it was due, which is the end of that period."""
    since: datetime | None
    """When the review before it was due; None: there was none."""
    base: Points


class TierPeriod(NamedTuple):
    """What counts for a member's tier now: points earned above `base`, until the next review."""

    base: Points
    until: datetime | None
    """When the tier is reviewed; None: never."""
    review: TierReview | None
    """The last review; None: there was none, or it is not known."""


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A member as it is stored, without balances and badges. Instants are aware UTC."""

    id: str
    email: str | None
    phone: str | None
    card: str | None
    profile: Mapping[str, Any]
    attributes: Mapping[str, Any]
    tier: str | None
    tier_since: datetime | None
    tier_raised_at: datetime | None
    """When the member last rose after registration; None: never, or unknown."""
    tier_lowered_at: datetime | None
    tier_base: Points
    tier_until: datetime | None
    reviewed_at: datetime | None
    """When the last review of the tier was due; None: there was none, or it is unknown."""
    reviewed_since: datetime | None
    reviewed_base: Points
    active: bool
    frozen_at: datetime | None
    """When the member was frozen; None: they are not."""
    frozen_reason: str | None
    is_test: bool
    """Whether it is a test member."""
    channel: str | None
    """The id of the member's channel."""
    registered_at: datetime
    """When the member joined; `created_at` is when this store stored them."""
    created_at: datetime
    updated_at: datetime
    password_hash: str | None = field(repr=False)
    """None: the member cannot log in."""

    @property
    def review(self) -> TierReview | None:
        """The last review of the tier."""
        at = self.reviewed_at
        return None if at is None else TierReview(at, self.reviewed_since, self.reviewed_base)


@dataclass(frozen=True, slots=True)
class GrantedBadge:
    """A badge that a member has: how many times, and when it was first and last granted."""

    badge: str
    times: int
    granted_at: datetime
    updated_at: datetime


class MemberReader(Protocol):
    """Reads members of a store."""

    def identities_matching(self, identity: Identity) -> Sequence[KnownIdentity]:
        """Return the identities of members that share any part with an identity, each with its id."""

    def is_active(self, member_id: str) -> bool:
        """Return whether a member is active; raise LookupError for an unknown id."""

    def participation(self, member_id: str) -> Participation:
        """Return whether a member is active, and whether they are frozen; raise LookupError for an unknown id."""

    def badge_times(self, member_id: str, name: str) -> int:
        """Return how many times a member has a badge."""

    def waits_for_activation(self, member_id: str) -> bool:
        """Return whether a member was registered without activation, and neither activated nor deactivated since."""

    def merged_into(self, member_id: str) -> str | None:
        """Return the member into whom this one was merged; None: they were not."""

    def password_hash(self, member_id: str) -> str | None:
        """Return the hash of a member's password; None: they cannot log in."""

    def facts(self, member_id: str) -> Member:
        """Return a member as rules see them; raise LookupError for an unknown id."""

    def tier_period(self, member_id: str) -> TierPeriod:
        """Return what counts for a member's tier; raise LookupError for an unknown id."""


class MemberRepository(MemberReader, Protocol):
    """Members of a store."""

    def lock_identity(self, identity: Identity) -> None:
        """Lock the parts of an identity, so that no other unit of work registers a member with one of them."""

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

    def lock_member(self, member_id: str) -> None:
        """Lock everything that belongs to a member until the unit of work ends."""

    def set_tier(self, member_id: str, tier: str, *, up: bool, until: datetime | None, now: datetime) -> None:
        """Put a member into a tier above or below theirs that is reviewed at `until` (None: never)."""

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

    def learn(self, member_id: str, identity: Identity, *, learned: str, now: datetime) -> None:
        """Replace a member's identity, with the parts that are not confirmed."""

    def respell_phone(self, member_id: str, phone: str, *, now: datetime) -> None:
        """Replace the spelling of a phone number, without changing whether it is confirmed."""

    def note_collision(self, member_id: str, part: str, other: str) -> None:
        """Record that a member's email or phone (`part`) collides with that of another member, who is found by it."""

    def set_active(self, member_id: str, active: bool, *, now: datetime) -> None:
        """Activate or deactivate a member; they do not wait for activation any more."""

    def set_frozen(self, member_id: str, frozen_at: datetime | None, reason: str | None, *, now: datetime) -> None:
        """Freeze a member, with the reason, or unfreeze them if both are None."""

    def set_test(self, member_id: str, is_test: bool, *, now: datetime) -> None:
        """Mark a member as a test member, or not, and correct the figures."""

    def set_password(self, member_id: str, password_hash: str, *, now: datetime) -> None:
        """Replace the hash of a member's password."""

    def set_channel(self, member_id: str, channel: str | None, *, now: datetime) -> None:
        """Set a member's channel by its id; None: remove it."""

    def end_sessions(self, member_id: str) -> None:
        """End all sessions of a member."""

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

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:
        """Replace a member's attributes."""

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Grant a badge once more."""

    def set_badge(self, member_id: str, name: str, times: int, *, now: datetime) -> None:
        """Set how many times a member has a badge; 0 removes it."""
