"""The ledger of a store that is kept in memory."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from loyalty.program.wallets import Points
from loyalty.store.members import NO_POINTS, NOTHING
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import (
    Account,
    Allocation,
    Lot,
    NewTransfer,
    Posted,
    Sent,
    Transfer,
    account_id,
    spending_order,
    transfer_of,
)


class InMemoryLedger:
    """Transfers, allocations and lots. Lots with points left are part of their member's state."""

    __slots__ = ("_allocations", "_last_numbers", "_members", "_owners", "_posted", "_related", "_spent", "_transfers")

    def __init__(self, members: Mapping[str, MemberState], owners: dict[str, str], posted: list[Transfer]) -> None:
        """`owners`: ids of members by the ids of their lots; `posted` gets every transfer."""
        self._members = members
        self._owners = owners
        self._posted = posted
        self._transfers: dict[str, Transfer] = {}
        self._related: dict[str, list[Transfer]] = defaultdict(list)
        self._allocations: dict[str, Sequence[Allocation]] = {}
        self._spent: dict[str, tuple[Lot, str]] = {}
        """Lots with nothing left, and their members."""
        self._last_numbers: Counter[str] = Counter()

    def account(self, member_id: str, wallet: str) -> Account | None:
        balance = self._members[member_id].balances.get(wallet)
        if balance is None:
            return None
        identity = account_id(member_id, wallet)
        return Account(identity, member_id, wallet, balance, self._last_numbers[identity])

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        owner = self._owners.get(lot_id)
        if owner is None or lot_id not in self._members[owner].lots:
            return self._spent.get(lot_id)
        return self._members[owner].lots[lot_id], owner

    def lots_of_transfer(self, transfer_id: str) -> Sequence[Lot]:
        transfer = self._transfers.get(transfer_id)
        if transfer is None:
            return []
        lots = [*self._members[transfer.member].lots.values(), *(lot for lot, _ in self._spent.values())]
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
        return self._transfers.get(transfer_id)

    def transfers_about(self, transfer_id: str) -> Sequence[Transfer]:
        return list(self._related.get(transfer_id, ()))

    def transfers_of(self, event_id: str) -> Sequence[Transfer]:
        return [each for each in self._transfers.values() if each.event == event_id]

    def allocations_of(self, transfer_id: str) -> Sequence[Allocation]:
        return self._allocations.get(transfer_id, ())

    def allocations_to(self, lot_id: str) -> Sequence[tuple[str, Allocation]]:
        found = [(id_, each) for id_, some in self._allocations.items() for each in some if each.lot == lot_id]
        return sorted(found, key=lambda pair: pair[0])

    def debt_transfers(self, member_id: str, wallet: str) -> Sequence[Transfer]:
        kinds = ("cancel", "take_back", "settle")
        mine = [each for each in self._transfers.values() if each.account == account_id(member_id, wallet)]
        return [each for each in mine if each.kind in kinds]

    def sent_since(self, member_id: str, wallet: str, since: datetime) -> Sent:
        sent = [each for each in self._transfers.values() if each.kind == "send" and each.at >= since]
        mine = [each for each in sent if (each.member, each.wallet) == (member_id, wallet)]
        counted = [each for each in mine if not self._is_cancelled(each.id)]
        return Sent(len(counted), Points(sum(each.points for each in counted)))

    def _is_cancelled(self, transfer_id: str) -> bool:
        return any(each.kind == "cancel" for each in self._related.get(transfer_id, ()))

    def reported_transfer(self, external_id: str) -> Transfer | None:
        return next((each for each in self._transfers.values() if each.external_id == external_id), None)

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:  # noqa: ARG002 - not kept
        self._members[member_id].lots[new.id] = replace(new, transfer=new.transfer or new.id, created_at=now)
        self._owners[new.id] = member_id

    def change_lot(self, changed: Lot) -> None:
        found = self.lot(changed.id)
        assert found is not None, "a lot is changed that was added"
        lot, owner = found
        self._keep(replace(lot, active_from=changed.active_from, expires_at=changed.expires_at), owner)

    def post(self, new: NewTransfer, allocations: Sequence[Allocation] = (), *, now: datetime) -> Posted:
        balances = self._members[new.member].balances
        before = balances.get(new.wallet, NO_POINTS)
        after = before.plus(new.change)
        if min(after.active, after.pending, after.held, after.owed) < 0:
            raise AssertionError(f"{new.kind} leaves a balance of {after}: no part of one is below zero")
        balances[new.wallet] = after
        identity = account_id(new.member, new.wallet)
        self._last_numbers[identity] += 1
        transfer = transfer_of(new, number=self._last_numbers[identity], after=after, now=now)
        self._transfers[transfer.id] = transfer
        self._posted.append(transfer)
        if new.related is not None:
            self._related[new.related].append(transfer)
        if allocations:
            self._allocations[transfer.id] = allocations
        for each in allocations:
            self._allocate(each)
        return Posted(transfer, before, after)

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
        lots = self._members[owner].lots
        if lot.remaining > NOTHING or lot.held > NOTHING:
            self._spent.pop(lot.id, None)
            lots[lot.id] = lot
            self._owners[lot.id] = owner
        else:
            lots.pop(lot.id, None)
            self._owners.pop(lot.id, None)
            self._spent[lot.id] = (lot, owner)
