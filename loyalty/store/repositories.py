"""The repositories of one store, as one unit of work sees them, and the part of each that only reads.

`database.Transaction` implements them on a database, `loyalty.store.memory.store.InMemoryStore` in memory;
`database.ReadTransaction` implements the readers.
"""

from typing import Protocol

from loyalty.store.achievements import AchievementReader, AchievementRepository
from loyalty.store.codes import CodeReader, CodeRepository
from loyalty.store.contributions import ContributionRepository
from loyalty.store.due_items import DueItemReader, DueItemRepository
from loyalty.store.events import EventReader, EventRepository
from loyalty.store.limits import LimitReader, LimitRepository
from loyalty.store.members import MemberReader, MemberRepository
from loyalty.store.points import LedgerReader, LedgerRepository
from loyalty.store.referrals import ReferralReader, ReferralRepository
from loyalty.store.rewards import RewardReader, RewardRepository
from loyalty.store.settings import SettingsReader
from loyalty.store.tiers import TierHoldReader, TierHoldRepository
from loyalty.store.transactions import TransactionReader, TransactionRepository
from loyalty.store.webhooks import SubscriptionReader, WebhookRepository


class StoreReaders(Protocol):
    """What reads one store, without changing it."""

    @property
    def store(self) -> str:
        """The code of the store."""

    @property
    def events(self) -> EventReader: ...
    @property
    def members(self) -> MemberReader: ...
    @property
    def ledger(self) -> LedgerReader: ...
    @property
    def achievements(self) -> AchievementReader: ...
    @property
    def rewards(self) -> RewardReader: ...
    @property
    def tier_holds(self) -> TierHoldReader: ...
    @property
    def transactions(self) -> TransactionReader: ...
    @property
    def due_items(self) -> DueItemReader: ...
    @property
    def subscriptions(self) -> SubscriptionReader: ...
    @property
    def settings(self) -> SettingsReader: ...
    @property
    def usage(self) -> LimitReader: ...
    @property
    def codes(self) -> CodeReader: ...
    @property
    def referrals(self) -> ReferralReader: ...


class StoreRepositories(StoreReaders, Protocol):
    """All repositories of one store; what is written through them is committed together or not at all."""

    @property
    def events(self) -> EventRepository: ...
    @property
    def members(self) -> MemberRepository: ...
    @property
    def ledger(self) -> LedgerRepository: ...
    @property
    def achievements(self) -> AchievementRepository: ...
    @property
    def rewards(self) -> RewardRepository: ...
    @property
    def tier_holds(self) -> TierHoldRepository: ...
    @property
    def transactions(self) -> TransactionRepository: ...
    @property
    def due_items(self) -> DueItemRepository: ...
    @property
    def usage(self) -> LimitRepository: ...
    @property
    def contributions(self) -> ContributionRepository: ...
    @property
    def webhooks(self) -> WebhookRepository: ...
    @property
    def codes(self) -> CodeRepository: ...
    @property
    def referrals(self) -> ReferralRepository: ...
