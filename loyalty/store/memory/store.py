"""An in-memory store: for designers' tests, simulations and backtests, which write nothing.

It keeps no more than the engine reads: an event is dropped once it is processed; so are transfers and empty lots of
members whose `keeps_history` is False.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from loyalty.decisions.decision import Claim
from loyalty.store.contributions import Contribution, ContributionKind
from loyalty.store.limits import DailyUse, LimitUsage
from loyalty.store.memory.achievements import InMemoryAchievements
from loyalty.store.memory.campaign_codes import InMemoryCampaignCodes
from loyalty.store.memory.codes import InMemoryCodes
from loyalty.store.memory.corrections import InMemoryCorrections
from loyalty.store.memory.due_item_queue import DueItemQueue
from loyalty.store.memory.erasures import InMemoryErasures
from loyalty.store.memory.events import InMemoryEvents
from loyalty.store.memory.ledger import InMemoryLedger
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.members import InMemoryMembers
from loyalty.store.memory.referrals import InMemoryReferrals
from loyalty.store.memory.reversals import InMemoryReversals
from loyalty.store.memory.rewards import InMemoryRewards
from loyalty.store.memory.tiers import InMemorySpend, InMemoryTierHolds, InMemoryTierPlaces
from loyalty.store.memory.transactions import InMemoryTransactions
from loyalty.store.points import Transfer
from loyalty.store.webhooks import ReceivingSubscription


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message; `url` is set for a call by a reactor itself (`call_webhook`)."""

    name: str
    event: str
    body: Any
    url: str | None = None


class InMemoryStore:
    """The repositories of one store. `subscriptions` receive messages; without any, no messages are created."""

    def __init__(self, store: str, subscriptions: Sequence[ReceivingSubscription] = ()) -> None:
        self.store = store
        self.members_by_id: dict[str, MemberState] = {}
        self.used: dict[str, dict[date, DailyUse]] = {}
        """Use of limits `per: program`, by reactor and day."""
        self.transfers: list[Transfer] = []
        """The transfers posted since the caller cleared the list."""
        self.sent: list[SentMessage] = []
        self.owners: dict[str, str] = {}
        """Members by the ids of their lots, issued rewards and transfers."""
        self.events = InMemoryEvents(self.members_by_id, has_subscribers=bool(subscriptions))
        self.members = InMemoryMembers(store, self.members_by_id, self.load)
        self.ledger = InMemoryLedger(self.members_by_id, self.owners, self.transfers)
        self.achievements = InMemoryAchievements(self.members_by_id)
        self.rewards = InMemoryRewards(self.members_by_id, self.owners)
        self.tier_holds = InMemoryTierHolds(self.members_by_id)
        self.tier_places = InMemoryTierPlaces(self.members_by_id)
        self.transactions = InMemoryTransactions()
        self.spend = InMemorySpend(self.members_by_id, self.transactions, self.events)
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
        self.revisions = _Revisions()

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
    """Contributions of returnable events, and of returns; nothing in memory reads others."""

    __slots__ = ()

    def add(self, event_id: str, contributions: Sequence[Contribution]) -> None:
        self._store.events.kept.contribute(event_id, contributions)

    def of_events(self, event_ids: Sequence[str]) -> Sequence[tuple[str, Contribution]]:
        return self._store.events.kept.contributions_of(event_ids)

    def counted_on(self, member_id: str, achievement: str, day: date, value: str) -> Sequence[tuple[str, Contribution]]:
        return self._store.events.kept.counted_on(member_id, (achievement, day, value))

    def of_achievement(
        self, kind: ContributionKind, member_id: str, achievement: str
    ) -> Sequence[tuple[str, Contribution]]:
        return self._store.events.kept.of_achievement(kind, member_id, achievement)


class _Revisions:
    __slots__ = ()

    def is_in_force(self, number: int) -> bool:  # noqa: ARG002 - there is one
        return True


class _Settings:
    __slots__ = ()

    def notice_days(self) -> None:
        """Return None: in memory, only the program sets the days of notices."""


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
