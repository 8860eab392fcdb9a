"""Take back points of a sale whose goods were returned, beyond what the member is still entitled to.

What is taken, in this order: pending points of the sale, what is left of its active ones, and for what was spent or
moved other points of the member, then debt. Expired points are never taken. All of it is derived from the ledger, so it
is idempotent.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from loyalty.events.context import EventContext
from loyalty.events.operations import OperationContext
from loyalty.ids import caused_id
from loyalty.points.cancelled_awards import expired_of, take_from_others, take_returned
from loyalty.points.postings import give_back, schedule_again, settle
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import NOTHING, Balance
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, Transfer


class Awarded(NamedTuple):
    """Points that are given, and how many of them count for tiers."""

    points: int
    qualifying: int


AwardedBySource: TypeAlias = Mapping[tuple[str, str], Awarded]
"""Points by the source that gives them, and by wallet."""

ShareOf: TypeAlias = Callable[[int, Wallet], int]
"""Return the part of an amount in a wallet that was returned."""


@dataclass(slots=True)
class _Award:
    """An award of the sale, and what became of its points."""

    transfer: Transfer
    lots: list[Lot]
    about: list[Transfer]
    expired: int
    """What expired of it, and was not given back since."""

    @property
    def is_cancelled(self) -> bool:
        return any(each.kind == "cancel" for each in self.about)

    @property
    def qualifying(self) -> int:
        """What it gave that counts for tiers, at once or when it becomes active."""
        counts = self.transfer.change.qualifying > 0 or any(lot.qualifies for lot in self.lots)
        return self.transfer.points if counts else 0

    @property
    def pending(self) -> int:
        return sum(lot.remaining for lot in self.lots if lot.active_from is not None)

    @property
    def active(self) -> int:
        return sum(lot.remaining for lot in self.lots if lot.active_from is None)

    @property
    def returned(self) -> int:
        """What returns took of it: from its lots, or other points in place of spent ones."""
        return sum(each.points for each in self.about if each.kind == "return")

    @property
    def given(self) -> int:
        """What the member still has of it, available, spent, moved or held: all that neither expired nor was taken."""
        return self.transfer.points - self.expired - self.returned

    @property
    def gone(self) -> int:
        """What was spent, moved or is held of it, and not compensated from other points yet.

        0 if some of the compensated points have returned to its lots since.
        """
        return max(0, self.given - self.pending - self.active)

    def part(self, name: str) -> int:
        """Return what it and its later transfers have added to a part of the balance."""
        changes = [self.transfer, *(each for each in self.about if each.kind in ("activate", "return"))]
        return sum(getattr(each.change, name) for each in changes)


def take_back_points(
    context: EventContext, event_id: str, again: AwardedBySource | None, share_of: ShareOf
) -> list[Posted]:
    """Take the points of an event's awards beyond the member's entitlement, by wallet; return the transfers.

    `again`: what the rest of the event gives; None: its awards less their share. Cancelled awards stay as they are.
    """
    posted: list[Posted] = []
    awards = _awards(context, event_id)
    for wallet_code in dict.fromkeys(each.transfer.wallet for each in awards):
        wallet = context.program.wallets.get(wallet_code)
        if wallet is None:  # the program does not have the wallet any more
            continue
        here = [each for each in awards if each.transfer.wallet == wallet_code]
        live = [each for each in here if not each.is_cancelled]
        if again is None:
            entitled = _less_share(wallet, live, share_of)
        else:
            entitled = _still_given(again, wallet_code, [each for each in here if each.is_cancelled])
        posted += _take(context, wallet, live, entitled)
    return posted


def _awards(context: EventContext, event_id: str) -> list[_Award]:
    """Return the awards of an event, those with pending points first."""
    ledger = context.tx.ledger
    found: list[_Award] = []
    for each in ledger.transfers_of(event_id):
        if each.kind == "award":
            about = list(ledger.transfers_about(each.id))
            lots = list(ledger.lots_of_transfer(each.id))
            found.append(_Award(each, lots, about, expired_of(context, each)))
    return sorted(found, key=lambda award: (not award.pending, award.transfer.id))


def _less_share(wallet: Wallet, awards: list[_Award], share_of: ShareOf) -> Awarded:
    """Return what awards give together, less the share of it that was returned."""
    points, counting = sum(each.transfer.points for each in awards), sum(each.qualifying for each in awards)
    return Awarded(points - share_of(points, wallet), counting - share_of(counting, wallet))


def _still_given(again: AwardedBySource, wallet: str, cancelled: list[_Award]) -> Awarded:
    """Return what the rest of an event gives, without what its source gave by cancelled awards."""
    gone = Counter[str]()
    for each in cancelled:
        gone[each.transfer.source] += each.transfer.points
    points = counting = 0
    for (source, code), given in again.items():
        if code == wallet:
            points += max(0, given.points - gone[source])
            counting += max(0, given.qualifying - gone[source])
    return Awarded(points, counting)


def _take(context: EventContext, wallet: Wallet, awards: list[_Award], entitled: Awarded) -> list[Posted]:
    """Take what exceeds a member's entitlement: of each award first pending points, then active, then gone ones."""
    excess = sum(max(0, each.given) for each in awards) - entitled.points
    plan = {each.transfer.id: [0, 0, 0] for each in awards}
    for step, part in enumerate(("pending", "active", "gone")):
        for each in awards:
            share = max(0, min(excess, getattr(each, part)))
            plan[each.transfer.id][step] = share
            excess -= share
    posted: list[Posted] = []
    will_count = sum(each.pending - plan[each.transfer.id][0] for each in awards if each.qualifying)
    may_count = entitled.qualifying - will_count
    own = frozenset(lot.id for each in awards for lot in each.lots)
    for each in awards:
        pending, active, gone = plan[each.transfer.id]
        counted = each.part("qualifying")
        stays = max(0, min(counted, may_count))
        may_count -= stays
        less = counted - stays
        if pending + active + gone or less:
            posted.append(_post(context, wallet, each, (pending, active, gone), less, own))
    return posted


def _post(
    context: EventContext,
    wallet: Wallet,
    award: _Award,
    taken: tuple[int, int, int],
    less: int,
    own: frozenset[str],
) -> Posted:
    """Take points of an award by one transfer: pending, active, and others in place of those that are gone.

    `own`: the lots of all awards of the event, which the transfers of these take. `less`: what counts for tiers.
    """
    pending, active, gone = taken
    member_id = context.event.member
    allocations = [
        *_from_lots([lot for lot in award.lots if lot.active_from is not None], pending),
        *_from_lots([lot for lot in award.lots if lot.active_from is None], active),
    ]
    work = OperationContext(context.tx, context.program, context.state.revision, context.now, "return")
    others, debt, forgiven = take_from_others(work, member_id, wallet, Points(gone), without=own)
    moved = -sum(each.points for each in others)
    new = NewTransfer(
        caused_id(context.event.id, f"return/{award.transfer.id}"),
        member_id,
        wallet.code,
        "return",
        Points(pending + active + gone),
        _change_of(award, taken, moved=moved, debt=debt, less=less),
        context.event.id,
        award.transfer.source,
        related=award.transfer.id,
        lot=award.transfer.lot,
        counts_at=award.transfer.counts_at,
    )
    posted = context.tx.ledger.post(new, [*allocations, *others], now=context.now)
    _schedule_lots_again(context, award.lots, allocations)
    context.log.append(f"-{wallet.amount(pending + active + gone - forgiven)} {wallet.code}, as goods came back")
    if forgiven:
        context.log.append(f"{wallet.amount(forgiven)} {wallet.code} could not be taken back")
    return posted


def _change_of(award: _Award, taken: tuple[int, int, int], *, moved: int, debt: Points, less: int) -> Balance:
    """Return how a member's balance changes; `moved`: the other points that were taken in place of gone ones."""
    pending, active, _ = taken
    return Balance(
        active=Points(-active - moved),
        pending=Points(-pending),
        earned=Points(-min(sum(taken), award.part("earned"))),
        owed=debt,
        qualifying=Points(-less),
    )


def _schedule_lots_again(context: EventContext, lots: list[Lot], allocations: list[Allocation]) -> None:
    """Schedule the due items of the lots that points were taken from, by what is left of them."""
    changes = {each.lot: each.points for each in allocations}
    for lot in lots:
        if lot.id in changes:
            left = Points(lot.remaining + changes[lot.id])
            schedule_again(context, context.event.member, replace(lot, remaining=left))


def _from_lots(lots: list[Lot], points: int) -> list[Allocation]:
    found: list[Allocation] = []
    for lot in lots:
        share = min(points, lot.remaining)
        if share > 0:
            found.append(Allocation(lot.id, Points(-share)))
            points -= share
    return found


def give_back_deductions(context: EventContext, event_id: str, share_of: ShareOf) -> list[Posted]:
    """Give back the share of an event's deductions to the lots that they came from; expired points get a new date."""
    posted: list[Posted] = []
    ledger = context.tx.ledger
    for each in ledger.transfers_of(event_id):
        wallet = context.program.wallets.get(each.wallet)
        about = ledger.transfers_about(each.id) if each.kind == "deduct" else ()
        if each.kind != "deduct" or wallet is None or any(other.kind == "cancel" for other in about):
            continue
        before = sum(other.points for other in about if other.kind == "return")
        points = share_of(each.points, wallet) - before
        if points > 0:
            posted += _give_back(context, wallet, each, points, before)
    return posted


def _give_back(context: EventContext, wallet: Wallet, deducted: Transfer, points: int, before: int) -> list[Posted]:
    allocations: list[Allocation] = []
    skipped, left = before, points
    for each in context.tx.ledger.allocations_of(deducted.id):
        back = min(skipped, each.taken)
        skipped -= back
        share = min(left, each.taken - back)
        if share > 0:
            allocations.append(Allocation(each.lot, Points(share)))
            left -= share
    _renew(context, wallet, allocations)
    new = NewTransfer(
        caused_id(context.event.id, f"return/{deducted.id}"),
        deducted.member,
        deducted.wallet,
        "return",
        Points(points),
        Balance(active=Points(points), spent=Points(-points)),
        context.event.id,
        deducted.source,
        related=deducted.id,
    )
    posted = give_back(context, new, allocations)
    context.log.append(f"+{wallet.amount(points)} {wallet.code}, which the sale took")
    taken = take_returned(context, posted.transfer, [each.lot for each in allocations], was_compensated=True)
    return [posted, *taken, *settle(context, posted.transfer)]


def _renew(context: EventContext, wallet: Wallet, allocations: list[Allocation]) -> None:
    """Give a new date to empty lots whose date has passed."""
    until = wallet.grace.after(context.now, context.program.zone)
    for each in allocations:
        found = context.tx.ledger.lot(each.lot)
        expires = None if found is None else found[0].expires_at
        if found is not None and expires is not None and expires <= context.now and found[0].remaining == NOTHING:
            context.tx.ledger.change_lot(replace(found[0], expires_at=until))
