"""Corrections of members by hand, and a store's rules for them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from access import CorrectionKind
from database.locks import corrector_lock
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries
from database.tables import correction, store
from loyalty.program.wallets import Points
from loyalty.store.corrections import DEFAULT_RULES, Act, Correction, CorrectionRules, Reason

_PLAIN = ("id", "member", "kind", "unit", "amount", "change", "reason", "cause", "status")
_END = ("carried_by", "done_at", "outcome")
_ACTS = ("asked", "decided", "undone")
_COMMENTS = {"asked": "comment", "decided": "decided_comment", "undone": "undone_comment"}


def _act_columns(act: str) -> list[str]:
    return [f"{act}_by", f"{act}_name", f"{act}_at", _COMMENTS[act]]


_COLUMNS = [correction.c[name] for name in (*_PLAIN, *(each for act in _ACTS for each in _act_columns(act)), *_END)]


class CorrectionQueries(Queries):
    """Reads the corrections of one store."""

    def get(self, correction_id: str) -> Correction | None:
        """Return a correction; None if there is none of this id."""
        wanted = select(*_COLUMNS).where(correction.c.store == self.store, correction.c.id == correction_id)
        row = self.connection.execute(wanted).first()
        return None if row is None else _correction(*row)

    def of_member(self, member_id: str, *, limit: int, offset: int = 0) -> Sequence[Correction]:
        """Return the corrections of a member, the newest first."""
        own = select(*_COLUMNS).where(correction.c.store == self.store, correction.c.member == member_id)
        newest = own.order_by(correction.c.asked_at.desc(), correction.c.id.desc()).limit(limit).offset(offset)
        return [_correction(*row) for row in self.connection.execute(newest)]

    def page(self, page: PageRequest) -> PageResult[Correction]:
        """Return a page of the corrections, by when they were requested."""
        within, by = correction.c.store == self.store, correction.c.asked_at
        return find_page(self.connection, _correction, correction, page, within=within, order_by=by, columns=_COLUMNS)

    def carried_since(self, person: str, kind: CorrectionKind, unit: str | None, since: datetime) -> Points:
        """Return how much an administrator has corrected or approved since a moment; `unit` None: of all units."""
        of_kind = [correction.c.store == self.store, correction.c.kind == kind]
        of_unit = [] if unit is None else [correction.c.unit == unit]
        counted = select(func.coalesce(func.sum(correction.c.amount), 0)).where(
            correction.c.carried_by == person, correction.c.done_at >= since, *of_kind, *of_unit
        )
        return Points(int(self.connection.execute(counted).scalar_one()))

    def rules(self) -> CorrectionRules:
        """Return the store's rules for corrections."""
        stored = self.connection.execute(select(store.c.corrections).where(store.c.code == self.store)).scalar_one()
        if stored is None:
            return DEFAULT_RULES
        return CorrectionRules(tuple(Reason(**each) for each in stored["reasons"]), stored["required"])


class Corrections(CorrectionQueries, WriteQueries):
    """The corrections of one store."""

    def lock_person(self, person: str) -> None:
        """Lock the sum of an administrator's corrections until this transaction ends."""
        self.lock(corrector_lock(person))

    def add(self, new: Correction) -> None:
        """Store a correction."""
        self.insert(correction, _row(new))

    def change(self, changed: Correction) -> None:
        """Store the new state of a correction, whose member is locked."""
        row = _row(changed)
        self.connection.execute(
            update(correction).where(correction.c.store == self.store, correction.c.id == changed.id).values(**row)
        )

    def set_rules(self, rules: CorrectionRules) -> None:
        """Store the store's rules for corrections."""
        stored = {"reasons": [asdict(each) for each in rules.reasons], "required": rules.required}
        self.connection.execute(update(store).where(store.c.code == self.store).values(corrections=stored))


def _correction(*values: Any) -> Correction:
    row = dict(zip((column.name for column in _COLUMNS), values, strict=True))
    acts = {act: _act([row[name] for name in _act_columns(act)]) for act in _ACTS}
    plain = {name: row[name] for name in (*_PLAIN, *_END)}
    return Correction(**plain, **acts)  # type: ignore[arg-type]  # the columns are those of the record


def _act(values: Sequence[Any]) -> Act | None:
    by, name, at, comment = values
    return None if by is None else Act(by, name, at, comment or "")


def _row(record: Correction) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in (*_PLAIN, *_END)}
    for act in _ACTS:
        done: Act | None = getattr(record, act)
        values = (None, None, None, None) if done is None else (done.by, done.name, done.at, done.comment)
        row |= dict(zip(_act_columns(act), values, strict=True))
    return row
