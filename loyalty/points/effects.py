"""Effects on points: awards and deductions, and the tier that is reached by them."""

from dataclasses import replace
from typing import assert_never

from loyalty.events.context import EventContext
from loyalty.ids import caused_id
from loyalty.points.dates import counts_at, until_thaw
from loyalty.points.ledger import award
from loyalty.points.messages import send_transfers
from loyalty.points.postings import Cause, add_lots, expire, spendable_points, take
from loyalty.program.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import NOTHING, Balance
from loyalty.store.points import Lot, NewTransfer, Posted
from loyalty.tiers.periods import judge_posted
from loyalty.tiers.rising import judge_spending


def take_points(context: EventContext) -> None:
    """Post every deduction of the decision that this step has made."""
    for source, number, effect in context.decision.effects():
        if isinstance(effect, DeductPoints):
            _deduct(context, source, caused_id(context.event.id, f"{source}/{number}"), effect)
            judge_spending(context, context.event.member)


def post_points(context: EventContext) -> None:
    """Post every award of the decision, then move the member up if a tier is reached.

    Deductions are posted with the decision; those of a decision that an older version stored are posted here.
    """
    posted: list[Posted] = []
    for source, number, effect in context.decision.effects():
        match effect:
            case AwardPoints():
                posted += _award(context, source, caused_id(context.event.id, f"{source}/{number}"), effect)
            case DeductPoints(is_posted=False):
                posted += _deduct(context, source, caused_id(context.event.id, f"{source}/{number}"), effect)
            case DeductPoints() | GrantBadge() | IssueReward() | SetTier() | SetAttribute() | CallWebhook():
                continue
            case _:
                assert_never(effect)
    judge_posted(context, context.event.member, posted)


def _award(context: EventContext, source: str, lot_id: str, effect: AwardPoints) -> list[Posted]:
    wallet = context.program.wallets[effect.wallet]
    moments = {"event_time": context.event.time, "now": context.now}
    lot = award(lot_id, effect, wallet, **moments, zone=context.program.zone)
    lot = until_thaw(lot, effect.expires, now=context.now) if context.state.is_frozen else lot
    is_pending = lot.active_from is not None
    lot = replace(lot, qualifies=effect.qualifies) if is_pending else lot
    counts_now = effect.qualifies and not is_pending
    points = lot.points
    change = Balance(pending=points) if is_pending else Balance(active=points)
    new = NewTransfer(
        lot_id,
        context.event.member,
        wallet.code,
        "award",
        points,
        change._replace(earned=points, qualifying=points if counts_now else NOTHING),
        context.event.id,
        source,
        lot=lot_id,
        counts_at=counts_at(wallet, effect.pending, **moments, zone=context.program.zone) if counts_now else None,
    )
    posted = add_lots(context, context.event.member, [lot], new)
    context.log.append(f"+{wallet.amount(points)} {wallet.code}{' pending' if is_pending else ''} by {source}")
    send_transfers(context, posted)
    if not is_pending and lot.expires_at is not None and lot.expires_at <= context.now:
        posted.append(_expire_at_once(context, lot, wallet, source))
    return posted


def _expire_at_once(context: EventContext, lot: Lot, wallet: Wallet, source: str) -> Posted:
    """Expire points that were booked after their expiry, and cause the event that reports it."""
    assert lot.expires_at is not None, "only points that expire expire at once"
    event_id = context.caused_id("points_expired", lot.id)
    expired = expire(context, context.event.member, lot, event_id, Cause(event_id, source))
    body = {"wallet": wallet.code, "points": wallet.amount(lot.points), "balance": wallet.amount(expired.after.net)}
    context.log.append(f"-{wallet.amount(lot.points)} {wallet.code}, which had expired")
    context.cause("points_expired", lot.id, body | {"lot": lot.id, "expires_at": lot.expires_at.isoformat()})
    return expired


def _deduct(context: EventContext, source: str, transfer_id: str, effect: DeductPoints) -> list[Posted]:
    """Spend the amount, or as much of it as there is: a balance never falls below zero."""
    wallet, member_id = context.program.wallets[effect.wallet], context.event.member
    there = NOTHING if context.state.is_frozen else spendable_points(context, member_id, wallet.code)
    taken = Points(min(effect.points, max(0, there)))
    if taken < effect.points:
        context.log.append(f"asked for {wallet.amount(effect.points)} {wallet.code}, the member had fewer")
    if taken == 0:
        return []
    posted = take(context, "deduct", member_id, wallet, taken, transfer_id, Cause(context.event.id, source))
    context.log.append(f"-{wallet.amount(taken)} {wallet.code} by {source}")
    send_transfers(context, [posted])
    return [posted]
