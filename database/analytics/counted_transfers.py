"""Transfers as input of figures by day."""

from typing import Any

from sqlalchemy import Select, select

from database.tables import member, transfer
from loyalty.analytics.figures import STOCKS, TOTAL_OF, CountedTransfer
from loyalty.store.members import Balance

_ABOUT = transfer.alias("about")
COUNTED_PARTS = (*STOCKS, *TOTAL_OF)


def transfers_to_count() -> Select[Any]:
    """Return the statement that selects transfers to count."""
    columns = (transfer.c[name] for name in ("id", "at", "kind", "wallet", "member", *COUNTED_PARTS))
    wanted = select(*columns, _ABOUT.c.kind, member.c.is_test)
    wanted = wanted.outerjoin(_ABOUT, _ABOUT.c.id == transfer.c.related)
    return wanted.outerjoin(member, member.c.id == transfer.c.member)


def transfer_to_count(row: Any) -> CountedTransfer:
    """Return the transfer in a row of `transfers_to_count`."""
    _, _, kind, wallet, _, *parts, about, _ = row
    return CountedTransfer(kind, about, wallet, Balance(**dict(zip(COUNTED_PARTS, parts, strict=True))))
