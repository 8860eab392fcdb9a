"""A store in memory: for designers' tests, simulations and backtests, which write nothing.

It keeps no more than the engine reads: an event is dropped once it is processed; so are transfers and empty lots of
members whose `keeps_history` is False.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from loyalty.decisions.decision import Claim, Decision
from loyalty.program.wallets import Points
from loyalty.references import StepResult
from loyalty.store.contributions import Contribution
from loyalty.store.events import EventState, NewEvent, ReportedId, StoredEvent
from loyalty.store.limits import DailyUse, LimitUsage
from loyalty.store.members import Identity, KnownIdentity, Member, TierPeriod, TierReview, still_learned
from loyalty.store.memory.achievements import InMemoryAchievements
from loyalty.store.memory.campaign_codes import InMemoryCampaignCodes
from loyalty.store.memory.codes import InMemoryCodes
from loyalty.store.memory.corrections import InMemoryCorrections
from loyalty.store.memory.due_item_queue import DueItemQueue
from loyalty.store.memory.erasures import InMemoryErasures
from loyalty.store.memory.ledger import InMemoryLedger
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.referrals import InMemoryReferrals
from loyalty.store.memory.returnable_events import ReturnableEvents
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
        self.events = _Events(self, has_subscribers=bool(subscriptions))
        self.members = _Members(self)
        self.ledger = InMemoryLedger(self.members_by_id, self.owners, self.transfers)
        self.achievements = InMemoryAchievements(self.members_by_id)
        self.rewards = InMemoryRewards(self.members_by_id, self.owners)
        self.tier_holds = InMemoryTierHolds(self.members_by_id)
        self.tier_places = InMemoryTierPlaces(self.members_by_id)
        self.spend = InMemorySpend(self.members_by_id)
        self.transactions = InMemoryTransactions()
        self.reversals = InMemoryReversals()
        self.due_items = DueItemQueue()
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


class _Repository:
    __slots__ = ("_store",)

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store


class _Events(_Repository):
    __slots__ = ("_has_subscribers", "_reported_ids", "kept", "outside", "states")

    def __init__(self, store: InMemoryStore, *, has_subscribers: bool) -> None:
        super().__init__(store)
        self._has_subscribers = has_subscribers
        self.states: dict[str, EventState] = {}
        self.outside: dict[str, EventState] = {}
        """Events that wait outside their members' queues."""
        self.kept = ReturnableEvents()
        self._reported_ids: dict[str, ReportedId] = {}

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        if new.id in self.states:
            return False
        self.states[new.id] = EventState(
            new.id,
            new.type,
            new.member,
            new.time,
            new.body,
            new.revision,
            new.external_id,
            new.parent,
            new.depth,
            now,
            "received",
            None,
            None,
            None,
            self._has_subscribers,
        )
        member = self._store.members_by_id.get(new.member)
        if member is not None and member.keeps_history:
            self.kept.add(new, now=now)
        if new.external_id is not None:
            self._reported_ids[new.external_id] = ReportedId(new.id, new.fingerprint)
        return True

    def reported_as(self, external_id: str) -> ReportedId | None:
        return self._reported_ids.get(external_id)

    def state(self, event_id: str, step: str) -> EventState | None:  # noqa: ARG002 - no step is run twice
        return self.states.get(event_id)

    def enqueue(self, new: NewEvent, *, now: datetime) -> int | None:
        """Store an event; none is before it, since each is processed before the next."""
        return 0 if self.add(new, now=now) else None

    def store_outside(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event that waits; it is kept until it joins its member's queue."""
        if not self.add(new, now=now):
            return False
        self.outside[new.id] = self.states.pop(new.id)
        return True

    def join_queue(self, event_id: str, *, now: datetime) -> None:  # noqa: ARG002 - it keeps when it was stored
        self.states[event_id] = self.outside.pop(event_id)

    def leave_to_relay(self, event_id: str, *, now: datetime) -> None:
        """Do nothing: nothing is started later."""

    def set_owner(self, event_id: str, owner: str, *, now: datetime, parked: bool = False) -> None:
        """Do nothing: there are no workflows."""

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime, owner: str | None = None) -> None:  # noqa: ARG002 - not kept
        """Keep the decision on an event that can be returned; the event's context has all others."""
        self.kept.decide(event_id, decision)

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Do nothing: the event is dropped once it is processed."""

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """Do nothing: the event's context has the error."""

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Do nothing: no step is run twice."""

    def get(self, event_id: str) -> StoredEvent | None:
        return self.kept.get(event_id)

    def caused_by(self, event_id: str) -> Sequence[StoredEvent]:
        return self.kept.caused_by(event_id)

    def newest_of(self, member_id: str, type_: str, *, limit: int) -> Sequence[StoredEvent]:
        return self.kept.newest_of(member_id, type_)[:limit]

    def facts(self, event_id: str) -> Mapping[str, Any] | None:
        return self.kept.facts.get(event_id)

    def keep_facts(self, event_id: str, facts: Mapping[str, Any]) -> None:
        self.kept.facts[event_id] = facts

    def forget(self) -> None:
        """Drop the events that are processed."""
        self.states.clear()


class _Members(_Repository):
    __slots__ = ()

    def lock_identity(self, identity: Identity) -> None:
        """Lock nothing, since nothing runs at the same time."""

    def identities_matching(self, identity: Identity) -> Sequence[KnownIdentity]:
        known = map(_identity_of, self._store.members_by_id.values())
        return [each for each in known if each.keys.items() & identity.keys.items()]

    def is_active(self, member_id: str) -> bool:
        return self._store.members_by_id[member_id].active

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
