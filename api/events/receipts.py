"""The outcome of an event in short, as a till prints it on a receipt."""

from collections.abc import Iterator
from typing import Any

from api.http.responses import omit_none
from database import ReadTransaction
from loyalty.decisions import presentation
from loyalty.program.program import Program
from loyalty.program.wallets import Wallet
from loyalty.store.events import StoredEvent
from loyalty.store.members import NO_POINTS, Balance
from loyalty.store.points import Transfer

MAX_DEPTH = 5
"""The most levels of caused events."""


def receipt_view(tx: ReadTransaction, event: StoredEvent, program: Program) -> dict[str, Any]:
    """Return the verdicts on an event, and what it and all that it caused gave to its member and took from them."""
    caused = list(_caused(tx, event, MAX_DEPTH))
    transfers = [moved for each in (event, *caused) for moved in tx.ledger.transfers_of(each.id)]
    balances = tx.members.balances(event.member)
    gains: dict[str, list[Any]] = {name: [] for name in presentation.GAINS.values()}
    for each in caused:
        if each.type in presentation.GAINS and each.removed_at is None:
            gains[presentation.GAINS[each.type]].append(each.body)
    gains[presentation.GAINS["achievement_completed"]].sort(key=lambda body: (body["achievement"], body["times"]))
    return {
        "status": event.status,
        "decision": [_verdict(each) for each in presentation.decision(event.decision, program) or []],
        "wallets": {
            wallet.code: _wallet(wallet, transfers, balances.get(wallet.code, NO_POINTS))
            for wallet in program.wallets.values()
        },
        **gains,
    } | omit_none(error=event.error)


def _caused(tx: ReadTransaction, event: StoredEvent, depth: int) -> Iterator[StoredEvent]:
    """Return the events that one caused for the same member, and those that these caused."""
    for each in tx.events.caused_by(event.id) if depth else ():
        if each.member == event.member:
            yield each
            yield from _caused(tx, each, depth - 1)


def _verdict(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("source", "verdict", "because")}


def _wallet(wallet: Wallet, transfers: list[Transfer], balance: Balance) -> dict[str, Any]:
    here = [each for each in transfers if each.wallet == wallet.code]
    return {
        "given": wallet.amount(sum(each.points for each in here if each.kind == "award")),
        "taken": wallet.amount(sum(each.points for each in here if each.kind == "deduct")),
        "balance": wallet.amount(balance.net),
        "pending": wallet.amount(balance.pending),
    }
