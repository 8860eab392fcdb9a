"""The messages that announce built-in events.

`_ANNOUNCE` has one row for each built-in event; None: no message announces it, since that of another event does.
"""

from collections.abc import Callable, Mapping
from typing import Final

from loyalty.achievements.messages import send_progress_set
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.context import EventContext
from loyalty.members.code_messages import (
    send_activation_code,
    send_email_change,
    send_password_code,
    send_phone_change,
    send_registered_without_activation,
)
from loyalty.members.messages import send_deactivated, send_registered, send_updated
from loyalty.points.messages import send_points_will_expire, send_transfers_of_event
from loyalty.program.tiers import DEFAULT_SET
from loyalty.rewards.messages import send_coupon_used, send_coupon_will_expire, send_reward_issued, send_status_changed
from loyalty.tiers.messages import send_tier_changed, send_tier_will_expire
from loyalty.transactions.messages import send_transaction, send_transaction_registered


def send_merged(context: EventContext) -> None:
    """Send what a merge changed for the survivor: `AvailablePointsAmountChanged` and `CustomerUpdated`."""
    send_transfers_of_event(context)
    send_updated(context)


_ANNOUNCE: Final[Mapping[str, Callable[[EventContext], None] | None]] = {
    "member_registered": send_registered,
    "member_updated": send_updated,
    "member_registered_without_activation": send_registered_without_activation,
    "member_activation_code_requested": send_activation_code,
    "member_password_reset_requested": send_password_code,
    "member_email_change_requested": send_email_change,
    "member_phone_change_requested": send_phone_change,
    "member_referred": None,
    "member_referral_removed": None,
    "member_password_changed": None,
    "member_deactivated": send_deactivated,
    "member_frozen": send_updated,
    "member_unfrozen": send_updated,
    "member_activated": None,
    "members_merged": send_merged,
    "member_merge_requested": None,
    "member_closed": None,
    "member_anonymised": lambda context: send_deactivated(context) if context.event.body["was_active"] else None,
    "tier_changed": lambda context: send_tier_changed(
        context,
        str(context.event.body["to"]),
        up=bool(context.event.body["up"]),
        by_hand=bool(context.event.body.get("by_hand")),
        tier_set=context.event.body.get("tier_set", DEFAULT_SET),
    ),
    "tier_will_expire": lambda context: send_tier_will_expire(context, context.event.body),
    "tier_kept": None,
    "tier_assigned": None,
    "tier_unassigned": None,
    "achievement_completed": None,
    "achievement_progress_set": send_progress_set,
    "badges_set": None,
    "badge_granted": None,
    "points_activated": send_transfers_of_event,
    "points_will_expire": lambda context: send_points_will_expire(context, context.event.body),
    "points_expired": send_transfers_of_event,
    "points_added": send_transfers_of_event,
    "points_spent": send_transfers_of_event,
    "points_held": send_transfers_of_event,
    "points_captured": send_transfers_of_event,
    "points_released": send_transfers_of_event,
    "points_sent": send_transfers_of_event,
    "points_received": send_transfers_of_event,
    "points_transfer_cancelled": send_transfers_of_event,
    "reward_issued": lambda context: send_reward_issued(context, context.event.body),
    "reward_used": lambda context: send_coupon_used(context, context.event.body),
    "reward_reissued": None,
    "reward_cancelled": lambda context: send_status_changed(context, context.event.body),
    "reward_status_changed": lambda context: send_status_changed(context, context.event.body),
    "coupon_began": None,
    "coupon_will_expire": lambda context: send_coupon_will_expire(context, context.event.body),
    "coupon_expired": None,
    "transaction": send_transaction,
    "transaction_returned": send_transaction,
    "transaction_registered": send_transaction_registered,
}

if _ANNOUNCE.keys() != BUILT_IN.keys():
    raise AssertionError(f"one of the two tables of built-in events lacks {set(_ANNOUNCE) ^ set(BUILT_IN)}")


def send_builtin_event_messages(context: EventContext) -> None:
    """Send the message that announces the context's event, if that is a built-in event with a message."""
    announce = _ANNOUNCE.get(context.event.type)
    if announce is not None:
        announce(context)
