"""Read the amounts of operations, as people and clients give them."""

from decimal import Decimal
from typing import Final

from loyalty.points.refusals import InvalidAmount, UnknownWallet
from loyalty.program.program import Program
from loyalty.program.wallets import Points, Wallet

MAX_AMOUNT: Final = 10**9
"""The most units that one operation moves."""


def wallet_of(program: Program, code: str | None) -> Wallet:
    """Return a wallet by its code, the default wallet for None; raise UnknownWallet."""
    if code is None:
        return program.default_wallet
    wallet = program.wallets.get(code)
    if wallet is None:
        raise UnknownWallet(code, list(program.wallets))
    return wallet


def points_of(wallet: Wallet, amount: Decimal | int) -> Points:
    """Return an amount in units of the wallet as points; raise InvalidAmount."""
    number = Decimal(amount)
    if not number.is_finite() or number <= 0:
        raise InvalidAmount("an amount is a number above zero")
    if number > MAX_AMOUNT:
        raise InvalidAmount(f"an amount is at most {MAX_AMOUNT}")
    if not wallet.can_hold(number):
        finest = f"at most {wallet.decimals} decimals" if wallet.decimals else "no decimals"
        raise InvalidAmount(f"an amount of {wallet.code} has {finest}: round it")
    return wallet.points(number)
