"""The balance of one member at past moments: the present one, less what was booked since."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select

from database.sums import sum_in_halves, whole_sum
from database.tables import account, transfer
from database.transaction import ReadTransaction
from database.transfer_pages import sums_between
from loyalty.program.wallets import Points


def balances_at(tx: ReadTransaction, member: str, wallet: str, moments: Sequence[datetime]) -> list[Points]:
    """Return a member's spendable points less debt at each of these moments, which are in order.

    The cost grows only with the transfers of the member since the first moment.
    """
    spendable = transfer.c.active - transfer.c.owed
    here = and_(transfer.c.store == tx.store, transfer.c.member == member, transfer.c.wallet == wallet)
    now = select(account.c.active - account.c.owed).where(
        account.c.store == tx.store, account.c.member == member, account.c.wallet == wallet
    )
    since = select(*sum_in_halves(spendable)).where(here, transfer.c.at >= moments[-1])
    balance = tx.connection.execute(now).scalar_one_or_none() or 0
    balance -= whole_sum(tx.connection.execute(since).one())
    found = [Points(balance)]
    for change in reversed(sums_between(tx, spendable, here, transfer.c.at, moments)):
        balance -= change
        found.append(Points(balance))
    return found[::-1]
