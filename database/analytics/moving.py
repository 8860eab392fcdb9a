"""Move a member's figures when they become a test member, or stop being one.

Waiting notes of the member are counted first. So either all or none of their rows are in the figures, and one note for
each row removes or adds it, whatever the state before.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, insert, literal, null, select

from database.analytics.activity import ActiveDays
from database.analytics.counting import REWARD_MOMENTS, SALE_KIND, Figures, Note
from database.locks import FIGURES
from database.tables import customer_transaction, event, issued_reward, lot, member, step, transfer, uncounted

_COLUMNS = ("store", "kind", "row", "at", "amount", "sign", "moves")
_CHUNK = 400


class MovedFigures(Figures):
    """Moves the figures of members of one store."""

    def move(self, member_id: str, *, out: bool) -> None:
        """Remove a member from the figures, or add them; before their mark is changed."""
        self.lock(FIGURES)
        self.insert(uncounted, {"kind": "mark", "row": member_id, "sign": 1})  # counted by the new mark
        every = self._rows_of(member_id)
        self._count_noted(each.with_only_columns(each.selected_columns[1]) for each in every)
        if self.zone() is None:
            return  # nothing was counted yet: notes are counted by the mark that the member has then
        for rows in every:
            self._note(rows, sign=-1 if out else 1, moves=out)
        if out:
            ActiveDays(self.connection, self.store).remove(member_id)

    def is_test(self, member_id: str) -> bool:
        """Return whether a member is one for tests."""
        here = (member.c.store == self.store, member.c.id == member_id)
        return bool(self.connection.execute(select(member.c.is_test).where(*here)).scalar())

    def count_transaction(self, transaction_id: str) -> None:
        """Count the note of an unassigned transaction, before it becomes a test member's."""
        self.lock(FIGURES)
        self._count_noted([select(literal(transaction_id))])

    def take_out_transaction(self, transaction_id: str) -> None:
        """Remove a counted transaction from the figures that is a test member's now."""
        if self.zone() is not None:
            self._note(_transactions(customer_transaction.c.id == transaction_id), sign=-1, moves=True)

    def _note(self, rows: Select[Any], *, sign: int, moves: bool) -> None:
        noted = rows.with_only_columns(literal(self.store), *rows.selected_columns, literal(sign), literal(moves))
        self.connection.execute(insert(uncounted).from_select(list(_COLUMNS), noted))

    def _count_noted(self, rows: Iterable[Select[Any]]) -> None:
        zone = self.zone()
        if zone is None:
            return
        columns = [uncounted.c[name] for name in Note._fields]
        found: dict[int, Note] = {}
        for ids in rows:
            noted = select(*columns).where(
                uncounted.c.store == self.store, uncounted.c.kind != "attempt", uncounted.c.row.in_(ids)
            )
            found |= {row.id: Note(*row) for row in self.connection.execute(noted.order_by(uncounted.c.id))}
        if found:
            self.store_counted(self.counted(list(found.values()), zone, earned=True))
        counted = list(found)
        for first in range(0, len(counted), _CHUNK):
            self.connection.execute(delete(uncounted).where(uncounted.c.id.in_(counted[first : first + _CHUNK])))

    def _rows_of(self, member_id: str) -> Sequence[Select[Any]]:
        """Return the counted rows of a member, with the content of a note for each."""
        moved = select(literal("transfer").label("kind"), transfer.c.id.label("row"), *_nothing())
        left = select(
            literal("lot").label("kind"),
            lot.c.id.label("row"),
            lot.c.expires_at.label("at"),
            lot.c.remaining.label("amount"),
        )
        dated = (lot.c.expires_at.is_not(None), lot.c.remaining != 0)
        fired = select(literal("fired").label("kind"), event.c.id.label("row"), *_nothing())
        decided = fired.join(step, step.c.event == event.c.id).where(step.c.name == "decide")
        rewards = [
            select(
                literal(kind).label("kind"), issued_reward.c.id.label("row"), moment.label("at"), null().label("amount")
            ).where(*self._of(issued_reward, member_id), moment.is_not(None))
            for kind, moment in REWARD_MOMENTS.items()
        ]
        return [
            moved.where(*self._of(transfer, member_id)),
            left.where(*self._of(lot, member_id), *dated),
            decided.where(*self._of(event, member_id)),
            _transactions(*self._of(customer_transaction, member_id)),
            *rewards,
        ]

    def _of(self, table: Table, member_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return table.c.store == self.store, table.c.member == member_id


def _transactions(*where: Any) -> Select[Any]:
    table = customer_transaction
    columns = {"kind": SALE_KIND, "row": table.c.id, "at": table.c.purchased_at, "amount": table.c.gross}
    return select(*(column.label(name) for name, column in columns.items())).where(*where)


def _nothing() -> tuple[Any, Any]:
    return null().label("at"), null().label("amount")
