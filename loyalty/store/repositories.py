"""The repositories of one store, as one unit of work sees them.

`database.Transaction` implements them on a database, `loyalty.store.memory.store.InMemoryStore` in memory.
"""

from typing import Protocol

from loyalty.store.achievements import AchievementRepository
from loyalty.store.due_items import DueItemRepository
from loyalty.store.events import EventRepository
from loyalty.store.limits import LimitRepository
from loyalty.store.members import MemberRepository
from loyalty.store.points import LedgerRepository
from loyalty.store.rewards import RewardRepository
from loyalty.store.webhooks import SubscriptionRepository, WebhookRepository


class StoreRepositories(Protocol):
    """All repositories of one store; what is written through them is committed together or not at all."""

    @property
    def store(self) -> str:
        """The code of the store."""

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
    def due_items(self) -> DueItemRepository: ...
    @property
    def usage(self) -> LimitRepository: ...
    @property
    def subscriptions(self) -> SubscriptionRepository: ...
    @property
    def webhooks(self) -> WebhookRepository: ...
