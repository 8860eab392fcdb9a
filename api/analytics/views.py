"""Figures of a store as responses show them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from loyalty.points.liability import Figures, Liability, WalletLiability
from loyalty.program.program import Program
from loyalty.program.wallets import exact_amount

_Amount: TypeAlias = Callable[[int], Decimal | int]


def liability_view(found: Liability, program: Program) -> dict[str, Any]:
    """Return the liability of a store, in units of its wallets and in the order of the program."""
    request = found.request
    known = {code: place for place, code in enumerate(program.wallets)}
    wallets = sorted(found.wallets, key=lambda each: (known.get(each.wallet, len(known)), each.wallet))
    return {
        "day": request.day.isoformat(),
        "from": request.first.isoformat(),
        "until": request.last.isoformat(),
        "breakage": request.breakage,
        "wallets": [_wallet(each, program, request.breakage) for each in wallets],
    }


def _wallet(each: WalletLiability, program: Program, breakage: Decimal) -> dict[str, Any]:
    wallet = program.wallets.get(each.wallet)
    amount: _Amount = exact_amount if wallet is None else wallet.amount
    return {
        "wallet": each.wallet,
        "owed": amount(each.owed),
        **_figures(each.total, amount, breakage),
        "months": [
            {"month": f"{month:%Y-%m}", **_figures(figures, amount, breakage)} for month, figures in each.months.items()
        ],
    }


def _figures(figures: Figures, amount: _Amount, breakage: Decimal) -> Mapping[str, Any]:
    shown: dict[str, Any] = {
        "outstanding": amount(figures.outstanding),
        "active": amount(figures.active),
        "pending": amount(figures.pending),
        "held": amount(figures.held),
        "issued": amount(figures.issued),
        "spent": amount(figures.spent),
        "expired": amount(figures.expired),
        "cancelled": amount(figures.cancelled),
        "paidDebt": amount(figures.paid_debt),
        "transferred": amount(figures.transferred),
        "uncosted": amount(figures.uncosted),
    }
    expected = figures.expected_cost(breakage)
    if figures.cost is not None and expected is not None:
        shown |= {"cost": _money(figures.cost), "expectedCost": _money(expected)}
    return shown


def _money(amount: Decimal) -> Decimal | int:
    """Return an exact amount without trailing zeros."""
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()
