"""A store in memory: for designers' tests, simulations and backtests, which write nothing.

It keeps no more than the engine reads: an event is dropped once it is processed; so are transfers and empty lots of
members whose `keeps_history` is False.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from loyalty.decisions.decision import Claim
from loyalty.program.wallets import Points
from loyalty.store.contributions import Contribution
from loyalty.store.limits import DailyUse, LimitUsage
from loyalty.store.members import (
    Identity,
    KnownIdentity,
    Member,
    Participation,
    TierPeriod,
    TierReview,
    still_learned,
)
from loyalty.store.memory.achievements import InMemoryAchievements
from loyalty.store.memory.campaign_codes import InMemoryCampaignCodes
from loyalty.store.memory.codes import InMemoryCodes
from loyalty.store.memory.corrections import InMemoryCorrections
from loyalty.store.memory.due_item_queue import DueItemQueue
from loyalty.store.memory.erasures import InMemoryErasures
from loyalty.store.memory.events import InMemoryEvents
from loyalty.store.memory.ledger import InMemoryLedger
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.referrals import InMemoryReferrals
from loyalty.store.memory.reversals import InMemoryReversals
from loyalty.store.memory.rewards import InMemoryRewards
from loyalty.store.memory.tiers import InMemorySpend, InMemoryTierHolds, InMemoryTierPlaces
from loyalty.store.memory.transactions import InMemoryTransactions
from loyalty.store.points import Transfer
from loyalty.store.webhooks import ReceivingSubscription


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message; `url` is given for a call that a reactor makes itself (`call_webhook`)."""

    name: str
    event: str
    body: Any
    url: str | None = None


class InMemoryStore:
    """The repositories of one store. `subscriptions`: who gets messages; none of them, and no message is made."""

    def __init__(self, store: str, subscriptions: Sequence[ReceivingSubscription] = ()) -> None:
        self.store = store
        self.members_by_id: dict[str, MemberState] = {}
        self.used: dict[str, dict[date, DailyUse]] = {}
        """Use of limits `per: program`, by reactor and day."""
        self.transfers: list[Transfer] = []
        """What was posted since the caller cleared it."""
        self.sent: list[SentMessage] = []
        self.owners: dict[str, str] = {}
        """The ids of members, by the ids of their lots, issued rewards and transfers."""
        self.events = InMemoryEvents(self.members_by_id, has_subscribers=bool(subscriptions))
        self.members = _Members(self)
        self.ledger = InMemoryLedger(self.members_by_id, self.owners, self.transfers)
        self.achievements = InMemoryAchievements(self.members_by_id)
        self.rewards = InMemoryRewards(self.members_by_id, self.owners)
        self.tier_holds = InMemoryTierHolds(self.members_by_id)
        self.tier_places = InMemoryTierPlaces(self.members_by_id)
        self.spend = InMemorySpend(self.members_by_id)
        self.transactions = InMemoryTransactions()
        self.reversals = InMemoryReversals()
        self.due_items = DueItemQueue(self._owner_of, self._is_frozen)
        self.usage = _Usage(self)
        self.codes = InMemoryCodes()
        self.corrections = InMemoryCorrections()
        self.campaign_codes = InMemoryCampaignCodes()
        self.referrals = InMemoryReferrals()
        self.contributions = _Contributions(self)
        self.erasures = InMemoryErasures()
        self.subscriptions = _Subscriptions(subscriptions)
        self.webhooks = _Webhooks(self)
        self.settings = _Settings()

    def load(self, state: MemberState) -> None:
        """Add a member with everything that belongs to it."""
        self.members_by_id[state.member.id] = state
        self.owners.update(dict.fromkeys(state.holdings, state.member.id))
        self.ledger.relate(state.transfers.values())

    def unload(self, member_id: str) -> MemberState:
        """Remove and return a member with everything that belongs to it."""
        state = self.members_by_id.pop(member_id)
        for each in state.holdings:
            self.owners.pop(each, None)
        return state

    def _owner_of(self, subject: str) -> str:
        return self.owners.get(subject, subject)

    def _is_frozen(self, member_id: str) -> bool:
        state = self.members_by_id.get(member_id)
        return state is not None and state.member.frozen_at is not None


class _Repository:
    __slots__ = ("_store",)

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store


class _Members(_Repository):
    __slots__ = ()

    def lock_identity(self, identity: Identity) -> None:
        """Lock nothing, since nothing runs at the same time."""

    def identities_matching(self, identity: Identity) -> Sequence[KnownIdentity]:
        known = map(_identity_of, self._store.members_by_id.values())
        return [each for each in known if each.keys.items() & identity.keys.items()]

    def is_active(self, member_id: str) -> bool:
        return self._store.members_by_id[member_id].active

    def participation(self, member_id: str) -> Participation:
        state = self._store.members_by_id[member_id]
        return Participation(state.active, state.member.frozen_at is not None)

    def waits_for_activation(self, member_id: str) -> bool:
        return self._store.members_by_id[member_id].waits_for_activation

    def merged_into(self, member_id: str) -> str | None:  # noqa: ARG002 - members are merged on databases alone
        return None

    def password_hash(self, member_id: str) -> str | None:
        return self._store.members_by_id[member_id].password_hash

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
        self._store.load(MemberState(new, active=active, waits_for_activation=not active, password_hash=password_hash))
        return True

    def lock_member(self, member_id: str) -> None:
        """Lock nothing, since nothing runs at the same time; raise LookupError for an unknown member."""
        if member_id not in self._store.members_by_id:
            raise LookupError(f"member {member_id} is not in store {self._store.store}")

    def change(
        self,
        member_id: str,
        *,
        identity: Identity,
        profile: Mapping[str, Any],
        registered_at: datetime,
        now: datetime,  # noqa: ARG002 - not kept
    ) -> None:
        state = self._store.members_by_id[member_id]
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
        state = self._store.members_by_id[member_id]
        state.member = replace(state.member, email=identity.email, phone=identity.phone, card=identity.card)
        state.learned = learned

    def respell_phone(self, member_id: str, phone: str, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._store.members_by_id[member_id]
        state.member = replace(state.member, phone=phone)

    def note_collision(self, member_id: str, part: str, other: str) -> None:
        """Do nothing: nothing in memory lists collisions."""

    def set_active(self, member_id: str, active: bool, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._store.members_by_id[member_id]
        state.active, state.waits_for_activation = active, False

    def set_frozen(self, member_id: str, frozen_at: datetime | None, reason: str | None, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._store.members_by_id[member_id]
        state.member = replace(state.member, frozen_at=frozen_at)

    def set_test(self, member_id: str, is_test: bool, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._store.members_by_id[member_id]
        state.member = replace(state.member, is_test=is_test)

    def set_password(self, member_id: str, password_hash: str, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        self._store.members_by_id[member_id].password_hash = password_hash

    def set_channel(self, member_id: str, channel: str | None, *, now: datetime) -> None:
        """Do nothing: nothing in memory reads it."""

    def end_sessions(self, member_id: str) -> None:
        """Do nothing: there is no login in memory."""

    def badge_times(self, member_id: str, name: str) -> int:
        return self._store.members_by_id[member_id].badges.get(name, 0)

    def facts(self, member_id: str) -> Member:
        state = self._store.members_by_id[member_id]
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
        state = self._store.members_by_id[member_id]
        return TierPeriod(state.member.tier_base, state.member.tier_until, state.review)

    def set_tier(self, member_id: str, tier: str, *, up: bool, until: datetime | None, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._store.members_by_id[member_id]
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
        state = self._store.members_by_id[member_id]
        state.member = replace(state.member, tier_base=base, tier_until=until)
        state.review = review or state.review

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:  # noqa: ARG002 - not kept
        state = self._store.members_by_id[member_id]
        state.member = replace(state.member, attributes=_as_stored(attributes))

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Grant a badge; rules see badges by when they were granted first, those of one moment by name."""
        state = self._store.members_by_id[member_id]
        badges = state.badges
        is_new = name not in badges
        badges[name] = badges.get(name, 0) + 1
        if is_new:
            state.granted[name] = now
            later = [each for each in badges if state.granted.get(each) == now]
            for each in sorted(later):
                badges[each] = badges.pop(each)

    def set_badge(self, member_id: str, name: str, times: int, *, now: datetime) -> None:
        state = self._store.members_by_id[member_id]
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
    """Return a value as it is read back from JSON: instants become text."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _as_stored(each) for key, each in value.items()}
        case list() | tuple():
            return [_as_stored(each) for each in value]
        case _:
            return value


class _Usage(_Repository):
    __slots__ = ()

    def of(self, reactors: Iterable[str], member_id: str, *, since: date, until: date) -> LimitUsage:
        by_member = self._store.members_by_id[member_id].used
        found: dict[tuple[str, str], tuple[DailyUse, ...]] = {}
        for name in reactors:
            for per, used in (("member", by_member.get(name)), ("program", self._store.used.get(name))):
                if used:
                    found[name, per] = tuple(day for day in used.values() if since <= day.day <= until)
        return found

    def read(self, name: str, member_id: str, *, since: date, until: date) -> LimitUsage:
        """Return the use of one reactor or reward."""
        return self.of([name], member_id, since=since, until=until)

    def claim(self, claim: Claim, member_id: str) -> None:
        used = self._store.members_by_id[member_id].used if claim.per == "member" else self._store.used
        days = used.setdefault(claim.reactor, {})
        days[claim.day] = days.get(claim.day, DailyUse(claim.day, 0, {})).plus(claim.times, claim.points)


class _Contributions(_Repository):
    """Contributions of events that can be returned, and of returns; nothing in memory reads others."""

    __slots__ = ()

    def add(self, event_id: str, contributions: Sequence[Contribution]) -> None:
        self._store.events.kept.contribute(event_id, contributions)

    def of_events(self, event_ids: Sequence[str]) -> Sequence[tuple[str, Contribution]]:
        return self._store.events.kept.contributions_of(event_ids)

    def counted_on(self, member_id: str, achievement: str, day: date, value: str) -> Sequence[tuple[str, Contribution]]:
        return self._store.events.kept.counted_on(member_id, (achievement, day, value))

    def used_by(self, member_id: str, achievement: str) -> Sequence[tuple[str, Contribution]]:
        return self._store.events.kept.used_by(member_id, achievement)


class _Settings:
    __slots__ = ()

    def notice_days(self) -> None:
        """Return nothing: in memory the program alone says how long before something expires its owner is notified."""


class _Subscriptions:
    __slots__ = ("_live",)

    def __init__(self, live: Sequence[ReceivingSubscription]) -> None:
        self._live = live

    def receiving(self) -> Sequence[ReceivingSubscription]:
        return self._live


class _Webhooks(_Repository):
    __slots__ = ("_messages",)

    def __init__(self, store: InMemoryStore) -> None:
        super().__init__(store)
        self._messages: dict[str, tuple[str, Any]] = {}

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:  # noqa: ARG002 - not kept
        (body,) = data.values()
        self._messages[message_id] = name, body

    def add_delivery(
        self,
        delivery_id: str,  # noqa: ARG002 - not kept
        *,
        message_id: str,
        event_id: str,
        subscription_id: str | None,
        name: str,
        url: str,
        headers: Sequence[Mapping[str, str]],  # noqa: ARG002 - not kept
        now: datetime,  # noqa: ARG002 - not kept
        is_skipped: bool = False,  # noqa: ARG002 - none is disabled
    ) -> None:
        name, body = self._messages.pop(message_id)
        self._store.sent.append(SentMessage(name, event_id, body, None if subscription_id else url))
