"""One transaction of one store: its repositories, or, if it is read-only, the reading part of each."""

from contextlib import AbstractContextManager
from functools import cached_property

from sqlalchemy import Connection

from database.achievements import AchievementQueries, Achievements
from database.analytics.counting import Figures
from database.answers import AnswerQueries, Answers
from database.backtests import BacktestQueries, Backtests
from database.campaign_codes import CampaignCodeQueries, CampaignCodes
from database.channels import ChannelQueries, Channels
from database.codes import CodeQueries, Codes
from database.contributions import Contributions
from database.corrections import CorrectionQueries, Corrections
from database.deliveries import Deliveries, DeliveryQueries
from database.drafts import DraftQueries, Drafts
from database.due_items import DueItemQueries, DueItems
from database.erasures import ErasureQueries, Erasures
from database.event_batches import EventBatches
from database.events import EventQueries, Events
from database.exports import ExportQueries, Exports
from database.imports import ImportQueries, Imports
from database.ledger import Ledger
from database.ledger_queries import LedgerQueries
from database.losses import LossQueries
from database.member_history import HistoryQueries
from database.member_queries import MemberQueries
from database.members import Members
from database.merges import MergeQueries, Merges
from database.phones import Phones
from database.referrals import ReferralQueries, Referrals
from database.returned_wallets import ReturnedWallets
from database.reversals import ReversalQueries, Reversals
from database.revisions import RevisionQueries, Revisions
from database.rewards import RewardQueries, Rewards
from database.risers import RiserQueries, Risers
from database.search import SearchQueries
from database.settings import Settings, SettingsQueries
from database.stuck import StuckQueries
from database.subscriptions import SubscriptionQueries, Subscriptions
from database.tiers import Spend, SpendQueries, TierHoldQueries, TierHolds, TierPlaceQueries, TierPlaces
from database.transactions import TransactionQueries, Transactions
from database.usage import Usage, UsageQueries
from database.webhooks import WebhookQueries, Webhooks


class ReadTransaction:
    """Reads one store; neither its types nor the database allow writing."""

    def __init__(self, connection: Connection, store: str) -> None:
        self.connection = connection
        self.store = store

    @cached_property
    def events(self) -> EventQueries:
        return EventQueries(self.connection, self.store)

    @cached_property
    def member_history(self) -> HistoryQueries:
        return HistoryQueries(self.connection, self.store)

    @cached_property
    def members(self) -> MemberQueries:
        return MemberQueries(self.connection, self.store)

    @cached_property
    def ledger(self) -> LedgerQueries:
        return LedgerQueries(self.connection, self.store)

    @cached_property
    def achievements(self) -> AchievementQueries:
        return AchievementQueries(self.connection, self.store)

    @cached_property
    def rewards(self) -> RewardQueries:
        return RewardQueries(self.connection, self.store)

    @cached_property
    def erasures(self) -> ErasureQueries:
        return ErasureQueries(self.connection, self.store)

    @cached_property
    def tier_holds(self) -> TierHoldQueries:
        return TierHoldQueries(self.connection, self.store)

    @cached_property
    def tier_places(self) -> TierPlaceQueries:
        return TierPlaceQueries(self.connection, self.store)

    @cached_property
    def spend(self) -> SpendQueries:
        return SpendQueries(self.connection, self.store)

    @cached_property
    def due_items(self) -> DueItemQueries:
        return DueItemQueries(self.connection, self.store)

    @cached_property
    def subscriptions(self) -> SubscriptionQueries:
        return SubscriptionQueries(self.connection, self.store)

    @cached_property
    def usage(self) -> UsageQueries:
        return UsageQueries(self.connection, self.store)

    @cached_property
    def webhooks(self) -> WebhookQueries:
        return WebhookQueries(self.connection, self.store)

    @cached_property
    def transactions(self) -> TransactionQueries:
        return TransactionQueries(self.connection, self.store)

    @cached_property
    def reversals(self) -> ReversalQueries:
        return ReversalQueries(self.connection, self.store)

    @cached_property
    def settings(self) -> SettingsQueries:
        return SettingsQueries(self.connection, self.store)

    @cached_property
    def deliveries(self) -> DeliveryQueries:
        return DeliveryQueries(self.connection, self.store)

    @cached_property
    def revisions(self) -> RevisionQueries:
        return RevisionQueries(self.connection, self.store)

    @cached_property
    def drafts(self) -> DraftQueries:
        return DraftQueries(self.connection, self.store)

    @cached_property
    def backtests(self) -> BacktestQueries:
        return BacktestQueries(self.connection, self.store)

    @cached_property
    def stuck(self) -> StuckQueries:
        return StuckQueries(self.connection, self.store)

    @cached_property
    def exports(self) -> ExportQueries:
        return ExportQueries(self.connection, self.store)

    @cached_property
    def imports(self) -> ImportQueries:
        return ImportQueries(self.connection, self.store)

    @cached_property
    def channels(self) -> ChannelQueries:
        return ChannelQueries(self.connection, self.store)

    @cached_property
    def referrals(self) -> ReferralQueries:
        return ReferralQueries(self.connection, self.store)

    @cached_property
    def codes(self) -> CodeQueries:
        return CodeQueries(self.connection, self.store)

    @cached_property
    def corrections(self) -> CorrectionQueries:
        return CorrectionQueries(self.connection, self.store)

    @cached_property
    def campaign_codes(self) -> CampaignCodeQueries:
        return CampaignCodeQueries(self.connection, self.store)

    @cached_property
    def merges(self) -> MergeQueries:
        return MergeQueries(self.connection, self.store)

    @cached_property
    def answers(self) -> AnswerQueries:
        return AnswerQueries(self.connection, self.store)

    @cached_property
    def search(self) -> SearchQueries:
        return SearchQueries(self.connection, self.store)

    @cached_property
    def losses(self) -> LossQueries:
        return LossQueries(self.connection, self.store)

    @cached_property
    def risers(self) -> RiserQueries:
        return RiserQueries(self.connection, self.store)


class Transaction(ReadTransaction):
    """Reads and writes one store; committed when its work returns, rolled back when it raises."""

    def savepoint(self) -> AbstractContextManager[object]:
        """Begin a savepoint: an exception undoes what was written within; the transaction goes on."""
        return self.connection.begin_nested()

    @cached_property
    def events(self) -> Events:
        return Events(self.connection, self.store)

    @cached_property
    def event_batches(self) -> EventBatches:
        return EventBatches(self.connection, self.store)

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
    def erasures(self) -> Erasures:
        return Erasures(self.connection, self.store)

    @cached_property
    def tier_holds(self) -> TierHolds:
        return TierHolds(self.connection, self.store)

    @cached_property
    def tier_places(self) -> TierPlaces:
        return TierPlaces(self.connection, self.store)

    @cached_property
    def spend(self) -> Spend:
        return Spend(self.connection, self.store)

    @cached_property
    def due_items(self) -> DueItems:
        return DueItems(self.connection, self.store)

    @cached_property
    def returned_wallets(self) -> ReturnedWallets:
        """Schedule points in wallets that the program has again to become active, or expire."""
        return ReturnedWallets(self.connection, self.store)

    @cached_property
    def phones(self) -> Phones:
        return Phones(self.connection, self.store)

    @cached_property
    def risers(self) -> Risers:
        return Risers(self.connection, self.store)

    @cached_property
    def usage(self) -> Usage:
        return Usage(self.connection, self.store)

    @cached_property
    def contributions(self) -> Contributions:
        return Contributions(self.connection, self.store)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.connection, self.store)

    @cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.connection, self.store)

    @cached_property
    def transactions(self) -> Transactions:
        return Transactions(self.connection, self.store)

    @cached_property
    def reversals(self) -> Reversals:
        return Reversals(self.connection, self.store)

    @cached_property
    def settings(self) -> Settings:
        return Settings(self.connection, self.store)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.connection, self.store)

    @cached_property
    def revisions(self) -> Revisions:
        return Revisions(self.connection, self.store)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self.connection, self.store)

    @cached_property
    def backtests(self) -> Backtests:
        return Backtests(self.connection, self.store)

    @cached_property
    def exports(self) -> Exports:
        return Exports(self.connection, self.store)

    @cached_property
    def imports(self) -> Imports:
        return Imports(self.connection, self.store)

    @cached_property
    def channels(self) -> Channels:
        return Channels(self.connection, self.store)

    @cached_property
    def referrals(self) -> Referrals:
        return Referrals(self.connection, self.store)

    @cached_property
    def codes(self) -> Codes:
        return Codes(self.connection, self.store)

    @cached_property
    def corrections(self) -> Corrections:
        return Corrections(self.connection, self.store)

    @cached_property
    def campaign_codes(self) -> CampaignCodes:
        return CampaignCodes(self.connection, self.store)

    @cached_property
    def merges(self) -> Merges:
        return Merges(self.connection, self.store)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.connection, self.store)

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.connection, self.store)
