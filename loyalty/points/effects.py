"""Effects on points: awards and deductions, and the tier that they lead to."""

from dataclasses import replace
from typing import assert_never

from loyalty.events.context import EventContext
from loyalty.ids import caused_id
from loyalty.points.due_items import due_items_of_lot
from loyalty.points.ledger import award, spend
from loyalty.points.messages import send_balance_changed, send_transfer_added
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
from loyalty.store.members import NOTHING
from loyalty.store.points import Lot, Posted
from loyalty.tiers.effects import move_to_tier
from loyalty.tiers.standing import standing


def post_points(context: EventContext) -> None:
    """Post every award and deduction of the decision, then move the member up if a tier is reached."""
    posted: list[Posted] = []
    for source, number, effect in context.decision.effects():
        match effect:
            case AwardPoints():
                posted.append(_award(context, source, caused_id(context.event.id, f"{source}/{number}"), effect))
            case DeductPoints():
                posted += _deduct(context, source, caused_id(context.event.id, f"{source}/{number}"), effect)
            case GrantBadge() | IssueReward() | SetTier() | SetAttribute() | CallWebhook():
                continue
            case _:
                assert_never(effect)
    _promote(context, [each for each in posted if each.wallet == context.program.default_wallet.code])


def _award(context: EventContext, source: str, lot_id: str, effect: AwardPoints) -> Posted:
    wallet = context.program.wallets[effect.wallet]
    lot = award(lot_id, effect, wallet, event_time=context.event.time, now=context.now, zone=context.program.zone)
    context.tx.ledger.add_lot(lot, member_id=context.event.member, event_id=context.event.id, now=context.now)
    is_pending = lot.active_from is not None
    posted = context.tx.ledger.post(
        "award",
        member_id=context.event.member,
        wallet=wallet.code,
        points=lot.points,
        pending=is_pending,
        lot_id=lot.id,
        event_id=context.event.id,
        source=source,
        now=context.now,
    )
    is_expired = not is_pending and lot.expires_at is not None and lot.expires_at <= context.now
    if not is_expired:
        context.set_due_items(lot.id, due_items_of_lot(context.program, lot, now=context.now))
    context.log.append(f"+{wallet.amount(lot.points)} {wallet.code}{' pending' if is_pending else ''} by {source}")
    if context.outbox.has_subscribers:
        if not is_pending:
            send_balance_changed(context, wallet, "add", lot.points, posted.after.active, lot.id, source)
        send_transfer_added(context, wallet, "adding", lot.points, lot.id, source, lot.expires_at, lot.active_from)
    if is_expired:
        return _expire_at_once(context, lot, wallet, source, posted)
    return posted


def _expire_at_once(context: EventContext, lot: Lot, wallet: Wallet, source: str, added: Posted) -> Posted:
    """Expire points that were booked after their expiry, and cause the event that reports it."""
    context.tx.ledger.change_lot(replace(lot, remaining=Points(0)))
    expired = context.tx.ledger.post(
        "expire",
        member_id=context.event.member,
        wallet=wallet.code,
        points=lot.points,
        lot_id=lot.id,
        event_id=context.event.id,
        source=source,
        now=context.now,
    )
    assert lot.expires_at is not None, "only points that expire expire at once"
    body = {"wallet": wallet.code, "points": wallet.amount(lot.points), "balance": wallet.amount(expired.after.active)}
    context.log.append(f"-{wallet.amount(lot.points)} {wallet.code}, which had expired")
    context.cause("points_expired", lot.id, body | {"lot": lot.id, "expires_at": lot.expires_at.isoformat()})
    return Posted(added.wallet, added.before, expired.after)


def _deduct(context: EventContext, source: str, transfer_id: str, effect: DeductPoints) -> list[Posted]:
    """Spend what is asked, or as much of it as there is: a balance never falls below zero."""
    wallet = context.program.wallets[effect.wallet]
    lots = context.tx.ledger.spendable(context.event.member, wallet.code, now=context.now)
    changed = spend(lots, effect.points)
    was = {lot.id: lot.remaining for lot in lots}
    taken = Points(sum(was[left.id] - left.remaining for left in changed))
    for left in changed:
        context.tx.ledger.change_lot(left)
        if left.remaining == 0:
            context.clear_due_items(left.id)
    if taken < effect.points:
        context.log.append(f"asked for {wallet.amount(effect.points)} {wallet.code}, the member had fewer")
    if taken == 0:
        return []
    posted = context.tx.ledger.post(
        "deduct",
        member_id=context.event.member,
        wallet=wallet.code,
        points=taken,
        lot_id=None,
        event_id=context.event.id,
        source=source,
        now=context.now,
    )
    context.log.append(f"-{wallet.amount(taken)} {wallet.code} by {source}")
    send_balance_changed(context, wallet, "subtract", taken, posted.after.active, transfer_id, source)
    send_transfer_added(context, wallet, "spending", taken, transfer_id, source, None, None)
    return [posted]


def _promote(context: EventContext, posted: list[Posted]) -> None:
    """Move the member up if what was posted to the default wallet crossed the start of a tier."""
    program = context.program
    if not posted or not program.tiers:
        return
    base = context.member.tier_base if program.reviews_tiers else NOTHING  # read nothing of the member without need
    reached = program.tier_at(standing(program, posted[-1].after, base))
    if reached is None or reached == program.tier_at(standing(program, posted[0].before, base)):
        return
    present = program.tier_named(context.tier)
    if present is None or present.start < reached.start:
        move_to_tier(context, reached)
