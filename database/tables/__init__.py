"""The tables. Every row of a store has the store's code; points are in millionths of a wallet's unit."""

from database.tables.access import (
    admin,
    admin_setting,
    api_key,
    audit_archive,
    audit_log,
    console_session,
    kept_answer,
    password_reset,
    refresh_token,
    role,
    session,
)
from database.tables.achievements import contribution, mark, progress, usage
from database.tables.analytics import (
    active_day,
    activity_gap,
    daily_figure,
    earned_figure,
    figure_zone,
    funnel,
    funnel_count,
    funnel_stage,
    hourly_figure,
    uncounted,
)
from database.tables.campaigns import campaign_code
from database.tables.channels import channel, referral
from database.tables.columns import ExpiryRule, Instant, Json, metadata
from database.tables.corrections import correction
from database.tables.drafts import draft, draft_backtest, draft_file
from database.tables.erasures import erasure
from database.tables.events import NOT_APPLIED, deadline, decision_facts, event, step
from database.tables.exports import export_chunk, export_file
from database.tables.imports import import_chunk, import_file, import_line
from database.tables.members import badge, former_identity, member, member_code, member_collision, member_field
from database.tables.merges import member_merge
from database.tables.points import BALANCE, account, allocation, lot, transfer
from database.tables.reversals import reversal, reversible_event
from database.tables.rewards import coupon_code, issued_reward, reward_status, reward_supply, shared_code
from database.tables.stores import notice_move, revision, setting, store
from database.tables.tiers import counted_sale, member_tier, tier_hold
from database.tables.transactions import customer_transaction, transaction_term
from database.tables.webhooks import MESSAGE_NUMBERS, attempt, delivery, message, resend, subscription

__all__ = [
    "BALANCE",
    "MESSAGE_NUMBERS",
    "NOT_APPLIED",
    "ExpiryRule",
    "Instant",
    "Json",
    "account",
    "active_day",
    "activity_gap",
    "admin",
    "admin_setting",
    "allocation",
    "api_key",
    "attempt",
    "audit_archive",
    "audit_log",
    "badge",
    "campaign_code",
    "channel",
    "console_session",
    "contribution",
    "correction",
    "counted_sale",
    "coupon_code",
    "customer_transaction",
    "daily_figure",
    "deadline",
    "decision_facts",
    "delivery",
    "draft",
    "draft_backtest",
    "draft_file",
    "earned_figure",
    "erasure",
    "event",
    "export_chunk",
    "export_file",
    "figure_zone",
    "former_identity",
    "funnel",
    "funnel_count",
    "funnel_stage",
    "hourly_figure",
    "import_chunk",
    "import_file",
    "import_line",
    "issued_reward",
    "kept_answer",
    "lot",
    "mark",
    "member",
    "member_code",
    "member_collision",
    "member_field",
    "member_merge",
    "member_tier",
    "message",
    "metadata",
    "notice_move",
    "password_reset",
    "progress",
    "referral",
    "refresh_token",
    "resend",
    "reversal",
    "reversible_event",
    "revision",
    "reward_status",
    "reward_supply",
    "role",
    "session",
    "setting",
    "shared_code",
    "step",
    "store",
    "subscription",
    "tier_hold",
    "transaction_term",
    "transfer",
    "uncounted",
    "usage",
]
