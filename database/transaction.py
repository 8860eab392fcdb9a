"""One transaction of one store: the queries, grouped by what they are about."""

from functools import cached_property

from sqlalchemy import Connection

from database.achievements import Achievements
from database.due_items import DueItems
from database.events import Events
from database.ledger import Ledger
from database.members import Members
from database.revisions import Revisions
from database.rewards import Rewards
from database.subscriptions import Subscriptions
from database.usage import Usage
from database.webhooks import Webhooks


class Transaction:
    """Queries already bound to a store; kept when the work that got it returns, undone when it raises."""

    def __init__(self, connection: Connection, store: str) -> None:
        self.connection = connection
        self.store = store

    @cached_property
    def events(self) -> Events:
        return Events(self.connection, self.store)

    @cached_property
    def members(self) -> Members:
        return Members(self.connection, self.store)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.connection, self.store)

    @cached_property
    def achievements(self) -> Achievements:
        return Achievements(self.connection, self.store)

    @cached_property
    def rewards(self) -> Rewards:
        return Rewards(self.connection, self.store)

    @cached_property
    def due_items(self) -> DueItems:
        return DueItems(self.connection, self.store)

    @cached_property
    def usage(self) -> Usage:
        return Usage(self.connection, self.store)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.connection, self.store)

    @cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.connection, self.store)

    @cached_property
    def revisions(self) -> Revisions:
        return Revisions(self.connection, self.store)
