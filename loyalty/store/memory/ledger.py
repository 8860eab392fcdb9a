"""The ledger of an in-memory store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from loyalty.program.wallets import Points
from loyalty.store.due_items import CLOCK
from loyalty.store.members import NO_POINTS, NOTHING
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import (
    MERGING,
    TAKING_BACK,
    Account,
    Allocation,
    CountedPart,
    Lot,
    NewTransfer,
    Posted,
    Sent,
    Transfer,
    account_id,
    require_within_range,
    spending_order,
    transfer_of,
)


class InMemoryLedger:
    """Transfers, allocations and lots; all are part of their member's state."""

    __slots__ = ("_last_numbers", "_members", "_of_event", "_owners", "_posted", "_related")

    def __init__(self, members: Mapping[str, MemberState], owners: dict[str, str], posted: list[Transfer]) -> None:
        """`owners`: ids of members by the ids of their lots and transfers; `posted` gets every transfer."""
        self._members = members
        self._owners = owners
        self._posted = posted
        self._related: dict[str, list[str]] = defaultdict(list)
        """Ids of transfers, by the transfer that they refer to."""
        self._of_event: dict[str, list[str]] = defaultdict(list)
        """Ids of transfers, by their event."""
        self._last_numbers: Counter[tuple[str, str]] = Counter()

    def relate(self, transfers: Iterable[Transfer]) -> None:
        """Index loaded transfers by their events, and by the transfers that they refer to."""
        for each in transfers:
            if each.id not in self._of_event[each.event]:
                self._of_event[each.event].append(each.id)
            if each.related is not None and each.id not in self._related[each.related]:
                self._related[each.related].append(each.id)

    def account(self, member_id: str, wallet: str) -> Account | None:
        balance = self._members[member_id].balances.get(wallet)
        if balance is None:
            return None
        number = self._last_numbers[member_id, wallet]
        return Account(account_id(member_id, wallet), member_id, wallet, balance, number)

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        owner = self._owners.get(lot_id)
        if owner is None:
            return None
        state = self._members[owner]
        lot = state.lots.get(lot_id) or state.empty_lots.get(lot_id)
        return None if lot is None else (lot, owner)

    def lots_of_transfer(self, transfer_id: str) -> Sequence[Lot]:
        transfer = self.transfer(transfer_id)
        if transfer is None:
            return []
        state = self._members[transfer.member]
        lots = [*state.lots.values(), *state.empty_lots.values()]
        added = [lot for lot in lots if (lot.transfer or lot.id) == transfer_id]
        return sorted(added, key=lambda lot: lot.id)

    def spendable(self, member_id: str, wallet: str, *, now: datetime, enough: Points) -> Sequence[Lot]:
        found: list[Lot] = []
        active = [lot for lot in self._active(member_id, wallet) if lot.expires_at is None or lot.expires_at > now]
        for lot in sorted(active, key=spending_order):
            if enough <= 0:
                break
            found.append(lot)
            enough = Points(enough - lot.remaining)
        return found

    def overdue(self, member_id: str, wallet: str, *, now: datetime) -> Points:
        lots = self._active(member_id, wallet)
        return Points(sum(lot.remaining for lot in lots if lot.expires_at is not None and lot.expires_at <= now))

    def transfer(self, transfer_id: str) -> Transfer | None:
        owner = self._owners.get(transfer_id)
        return None if owner is None else self._members[owner].transfers.get(transfer_id)

    def transfers_about(self, transfer_id: str) -> Sequence[Transfer]:
        found = map(self.transfer, self._related.get(transfer_id, ()))
        return [each for each in found if each is not None]

    def transfers_of(self, event_id: str) -> Sequence[Transfer]:
        found = map(self.transfer, self._of_event.get(event_id, ()))
        return [each for each in found if each is not None]

    def allocations_of(self, transfer_id: str) -> Sequence[Allocation]:
        owner = self._owners.get(transfer_id)
        return () if owner is None else self._members[owner].allocations.get(transfer_id, ())

    def allocations_to(self, lot_id: str) -> Sequence[tuple[str, Allocation]]:
        owner = self._owners.get(lot_id)
        allocated = {} if owner is None else self._members[owner].allocations
        found = [(id_, each) for id_, some in allocated.items() for each in some if each.lot == lot_id]
        return sorted(found, key=lambda pair: pair[0])

    def debt_transfers(self, member_id: str, wallet: str) -> Sequence[Transfer]:
        kinds = ("cancel", "take_back", "settle")
        mine = self._members[member_id].transfers.values()
        return [each for each in mine if each.wallet == wallet and each.kind in kinds]

    def counted_since(self, member_id: str, wallet: str, part: CountedPart, since: datetime) -> Points:
        """Return the points of a part of the balance that count from a moment on, as far as history is kept."""
        mine = [each for each in self._members[member_id].transfers.values() if each.wallet == wallet]
        later = [each for each in mine if each.at >= since and self._counts_since(each, since)]
        return Points(sum(getattr(each.change, part) for each in later))

    def _counts_since(self, transfer: Transfer, since: datetime) -> bool:
        if transfer.counts_at is not None:
            return transfer.counts_at >= since
        if transfer.kind in TAKING_BACK:
            taken = None if transfer.related is None else self.transfer(transfer.related)
            return taken is None or (taken.counts_at or taken.at) >= since
        return transfer.source != CLOCK and transfer.kind not in MERGING

    def sent_since(self, member_id: str, wallet: str, since: datetime) -> Sent:
        mine = self._members[member_id].transfers.values()
        sent = [each for each in mine if each.kind == "send" and each.wallet == wallet and each.at >= since]
        counted = [each for each in sent if not self._is_cancelled(each.id)]
        return Sent(len(counted), Points(sum(each.points for each in counted)))

    def _is_cancelled(self, transfer_id: str) -> bool:
        return any(each.kind == "cancel" for each in self.transfers_about(transfer_id))

    def reported_transfer(self, external_id: str) -> Transfer | None:
        return next((each for each in self._all() if each.external_id == external_id), None)

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:  # noqa: ARG002 - not kept
        self._members[member_id].lots[new.id] = Lot(  # `replace` takes three times as long, and replays add many
            new.id,
            new.wallet,
            new.points,
            new.remaining,
            new.active_from,
            new.expires_at,
            new.expiry,
            new.held,
            new.transfer or new.id,
            new.qualifies,
            now,
        )
        self._owners[new.id] = member_id

    def change_lot(self, changed: Lot) -> None:
        found = self.lot(changed.id)
        assert found is not None, "a lot is changed that was added"
        lot, owner = found
        self._keep(replace(lot, active_from=changed.active_from, expires_at=changed.expires_at), owner)

    def post(self, new: NewTransfer, allocations: Sequence[Allocation] = (), *, now: datetime) -> Posted:
        state = self._members[new.member]
        before = state.balances.get(new.wallet, NO_POINTS)
        after = before.plus(new.change)
        require_within_range(new.wallet, after)
        if min(after.active, after.pending, after.held, after.owed) < 0:
            raise AssertionError(f"{new.kind} leaves a balance of {after}: no part of one is below zero")
        state.balances[new.wallet] = after
        self._last_numbers[new.member, new.wallet] += 1
        number = self._last_numbers[new.member, new.wallet]
        transfer = transfer_of(new, number=number, after=after, now=now)
        self._posted.append(transfer)
        if state.keeps_history:
            self._remember(state, transfer, allocations)
        for each in allocations:
            self._allocate(each)
        return Posted(transfer, before, after)

    def _remember(self, state: MemberState, transfer: Transfer, allocations: Sequence[Allocation]) -> None:
        state.transfers[transfer.id] = transfer
        self._owners[transfer.id] = transfer.member
        self._of_event[transfer.event].append(transfer.id)
        if transfer.related is not None:
            self._related[transfer.related].append(transfer.id)
        if allocations:
            state.allocations[transfer.id] = allocations

    def _all(self) -> Iterator[Transfer]:
        for state in self._members.values():
            yield from state.transfers.values()

    def _active(self, member_id: str, wallet: str) -> list[Lot]:
        lots = self._members[member_id].lots.values()
        return [lot for lot in lots if lot.wallet == wallet and lot.active_from is None and lot.remaining > 0]

    def _allocate(self, change: Allocation) -> None:
        found = self.lot(change.lot)
        assert found is not None, "points are allocated to lots that were added"
        lot, owner = found
        remaining, held = Points(lot.remaining + change.points), Points(lot.held + change.held)
        if min(remaining, held) < 0:
            raise AssertionError(f"lot {lot.id} would keep {remaining}, and {held} held: neither is below zero")
        self._keep(replace(lot, remaining=remaining, held=held), owner)

    def _keep(self, lot: Lot, owner: str) -> None:
        state = self._members[owner]
        if lot.remaining > NOTHING or lot.held > NOTHING:
            state.empty_lots.pop(lot.id, None)
            state.lots[lot.id] = lot
        else:
            state.lots.pop(lot.id, None)
            if state.keeps_history:
                state.empty_lots[lot.id] = lot
            else:
                self._owners.pop(lot.id, None)
