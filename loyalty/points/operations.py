"""Points awarded and deducted, and the tier they lead to."""

from datetime import datetime

from loyalty.events.context import Step
from loyalty.events.message_parts import amount, cause_of, customer, wallet_view
from loyalty.ids import caused_id
from loyalty.members.operations import move_to_tier
from loyalty.points import ledger
from loyalty.program.effects import AwardPoints, DeductPoints, Points
from loyalty.program.program import Program, Wallet
from loyalty.store.members import NOTHING
from loyalty.tiers.standing import standing
from loyalty.webhooks.messages import AvailablePointsAmountChanged, ChangeKind, TransferKind, UnitsTransferWasAdded


def move_points(step: Step) -> None:
    """Post every award and deduction of the decision, then see whether a tier is reached."""
    posted: list[ledger.Posted] = []
    for source, number, effect in step.decision.effects():
        match effect:
            case AwardPoints():
                posted.append(_award(step, source, caused_id(step.event.id, f"{source}/{number}"), effect))
            case DeductPoints():
                posted += _deduct(step, source, caused_id(step.event.id, f"{source}/{number}"), effect)
            case _:
                pass
    _promote(step, [each for each in posted if each.wallet == step.program.default_wallet.code])


def _award(step: Step, source: str, lot_id: str, effect: AwardPoints) -> ledger.Posted:
    wallet = step.program.wallets[effect.wallet]
    lot = ledger.award(lot_id, effect, now=step.now, zone=step.program.zone)
    step.tx.ledger.add_lot(lot, member_id=step.event.member, event_id=step.event.id, now=step.now)
    is_pending = lot.active_from is not None
    posted = step.tx.ledger.post(
        "award",
        member_id=step.event.member,
        wallet=wallet.code,
        points=lot.points,
        pending=is_pending,
        lot_id=lot.id,
        event_id=step.event.id,
        source=source,
        now=step.now,
    )
    if deadline := next_deadline_of(step.program, lot, warned=False, now=step.now):
        step.due(lot.id, deadline)
    step.did.append(f"+{wallet.amount(lot.points)} {wallet.code}{' pending' if is_pending else ''} by {source}")
    if step.outbox.is_heard:
        if not is_pending:
            say_balance(step, wallet, "add", lot.points, posted.after.active, lot.id, source)
        _say_transfer(step, wallet, "adding", lot.points, lot.id, source, lot.expires_at, lot.active_from)
    return posted


def _deduct(step: Step, source: str, transfer_id: str, effect: DeductPoints) -> list[ledger.Posted]:
    """Spend what is asked, or as much of it as there is: a balance never falls below nothing."""
    wallet = step.program.wallets[effect.wallet]
    lots = step.tx.ledger.spendable(step.event.member, wallet.code, now=step.now)
    changed = ledger.spend(lots, effect.points)
    was = {lot.id: lot.remaining for lot in lots}
    taken = Points(sum(was[left.id] - left.remaining for left in changed))
    for left in changed:
        step.tx.ledger.change_lot(left)
        if left.remaining == 0:
            step.nothing_due(left.id)
    if taken < effect.points:
        step.did.append(f"asked for {wallet.amount(effect.points)} {wallet.code}, the member had fewer")
    if taken == 0:
        return []
    posted = step.tx.ledger.post(
        "deduct",
        member_id=step.event.member,
        wallet=wallet.code,
        points=taken,
        lot_id=None,
        event_id=step.event.id,
        source=source,
        now=step.now,
    )
    step.did.append(f"-{wallet.amount(taken)} {wallet.code} by {source}")
    say_balance(step, wallet, "subtract", taken, posted.after.active, transfer_id, source)
    _say_transfer(step, wallet, "spending", taken, transfer_id, source, None, None)
    return [posted]


def next_deadline_of(
    program: Program, lot: ledger.Lot, *, warned: bool, now: datetime
) -> tuple[datetime, ledger.Deadline] | None:
    """What of a lot falls due next, by the program's settings."""
    warn_before = program.notify_before.points
    return ledger.next_deadline(lot, warn_before=warn_before, warned=warned, now=now, zone=program.zone)


def say_balance(
    step: Step,
    wallet: Wallet,
    kind: ChangeKind,
    points: Points,
    active: Points,
    transfer_id: str,
    source: str,
) -> None:
    """Tell that the points a member may spend are other than before."""
    step.outbox.send(
        "AvailablePointsAmountChanged",
        lambda: AvailablePointsAmountChanged(
            customer=customer(step),
            wallet=wallet_view(step, wallet),
            amount=amount(wallet, active),
            change=amount(wallet, points),
            kind=kind,
            transfer_id=transfer_id,
            cause=cause_of(step, source),
        ),
    )


def _say_transfer(
    step: Step,
    wallet: Wallet,
    kind: TransferKind,
    points: Points,
    transfer_id: str,
    source: str,
    expires_at: datetime | None,
    pending_until: datetime | None,
) -> None:
    step.outbox.send(
        "UnitsTransferWasAdded",
        lambda: UnitsTransferWasAdded(
            customer=customer(step),
            wallet=wallet_view(step, wallet),
            transfer_id=transfer_id,
            kind=kind,
            units=amount(wallet, points),
            created_at=step.now,
            expires_at=expires_at,
            pending_until=pending_until,
            comment=source,
            cause=cause_of(step, source),
        ),
    )


def _promote(step: Step, posted: list[ledger.Posted]) -> None:
    """Move the member up when what was posted to the default wallet crossed a tier's start."""
    program = step.program
    if not posted or not program.tiers:
        return
    base = step.member.tier_base if program.reviews_tiers else NOTHING  # else nothing need be read of the member
    reached = program.tier_at(standing(program, posted[-1].after, base))
    if reached is None or reached == program.tier_at(standing(program, posted[0].before, base)):
        return
    present = program.tier_named(step.tier)
    if present is None or present.start < reached.start:
        move_to_tier(step, reached)
