"""The liability of a store as a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from commands.shared.terminal_text import printable

_COLUMNS: Mapping[str, str] = {
    "outstanding": "outstanding",
    "active": "active",
    "pending": "pending",
    "held": "held",
    "issued": "issued",
    "spent": "spent",
    "expired": "expired",
    "cancelled": "cancelled",
    "paidDebt": "paid debt",
    "transferred": "transferred",
    "cost": "cost",
    "expectedCost": "expected",
}


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table for each wallet: a line for each month of earning, and the total."""
    yield (
        f"store {printable(found['store'])} at the end of {found['day']}; movements from {found['from']} "
        f"to {found['until']}; breakage {found['breakage']:f}"
    )
    for wallet in found["wallets"]:
        yield ""
        yield f"wallet {printable(wallet['wallet'])}; members owe {_shown(wallet['owed'])}"
        yield from _table([*wallet["months"], {"month": "all", **wallet}])
        if wallet["uncosted"]:
            yield f"  {_shown(wallet['uncosted'])} of them have no cost: their program gave the wallet none"
    if not found["wallets"]:
        yield "no points were ever outstanding"


def _table(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    cells = [["month", *_COLUMNS.values()]]
    cells += [[row["month"], *(_shown(row.get(name)) for name in _COLUMNS)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))


def _shown(amount: Any) -> str:
    return "-" if amount is None else f"{amount:,f}" if not isinstance(amount, int) else f"{amount:,}"
