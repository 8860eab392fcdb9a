"""Settings of a store, and the job that applies a change of them to waiting notices."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select, update

from database.locks import NOTICES
from database.queries import Queries, WriteQueries, first_column, insert_into
from database.sqlite_fast_path import Prepared
from database.tables import deadline, event, notice_move, setting, store
from loyalty.store.settings import NoticeDays, NoticeKind, NoticeMove, WaitingNotice

CURRENCY = "currency/"
"""The prefix of the installation settings that hold the currency of each store, followed by its code."""

_WARN = deadline.alias("warning")
_DAYS: Prepared[Mapping[str, int | None] | None] = Prepared(
    select(store.c.notice_days).where(store.c.code == bindparam("in_store")), first_column
)


class SettingsQueries(Queries):
    """Reads the settings of one store."""

    def notice_days(self) -> NoticeDays | None:
        """Return how many days before something expires its owner is notified; None: never set."""
        stored = _DAYS.first(self.connection, {"in_store": self.store})
        return None if stored is None else NoticeDays(**stored)

    def currency(self) -> str | None:
        """Return the currency of the store; None: none was given."""
        here = select(setting.c.value).where(setting.c.name == CURRENCY + self.store)
        return self.connection.execute(here).scalar()

    def members_with_end(self, kind: NoticeKind, *, after: datetime, until: datetime, limit: int) -> list[str]:
        """Return at most `limit` members with something that ends between two moments, in the order of their ids."""
        here = (deadline.c.store == self.store, deadline.c.kind == kind.end, deadline.c.failed_at.is_(None))
        wanted = select(deadline.c.member).where(*here, deadline.c.due_at > after, deadline.c.due_at <= until)
        members = wanted.where(deadline.c.member.is_not(None)).distinct().order_by(deadline.c.member).limit(limit)
        return [str(each) for each in self.connection.execute(members).scalars()]

    def notice_move(self) -> NoticeMove | None:
        """Return the running job; None: there is none."""
        return self.find_one(NoticeMove, notice_move)


class Settings(SettingsQueries, WriteQueries):
    """The settings of one store."""

    def lock_notices(self) -> None:
        """Lock the days and the moves of notices until this transaction ends."""
        self.lock(NOTICES)

    def set_notice_days(self, days: NoticeDays) -> None:
        """Store the days."""
        self.connection.execute(update(store).where(store.c.code == self.store).values(notice_days=asdict(days)))

    def set_notice_move(self, move: NoticeMove | None, *, start_after: datetime | None) -> None:
        """Store the progress of the job; None: it is done. From `start_after` on a worker ensures that it runs."""
        if move is None:
            self.connection.execute(delete(notice_move).where(notice_move.c.store == self.store))
        else:
            self.upsert(notice_move, asdict(move) | {"start_after": start_after})

    def waiting_notices(self, kind: NoticeKind, *, after: str, now: datetime, limit: int) -> list[WaitingNotice]:
        """Return what ends later than now, and was not set aside, in the order of the subjects after one.

        Rows that another transaction is changing are skipped: the second round finds them.
        """
        is_warning = and_(
            _WARN.c.store == deadline.c.store, _WARN.c.subject == deadline.c.subject, _WARN.c.kind == kind.warn
        )
        wanted = (
            select(deadline.c.subject, deadline.c.member, deadline.c.due_at, _WARN.c.due_at)
            .select_from(deadline.outerjoin(_WARN, is_warning))
            .where(deadline.c.store == self.store, deadline.c.kind == kind.end, deadline.c.subject > after)
            .where(deadline.c.due_at > now, deadline.c.failed_at.is_(None), _WARN.c.failed_at.is_(None))
            .order_by(deadline.c.subject)
            .limit(limit)
            .with_for_update(of=deadline, skip_locked=True)
        )
        return [WaitingNotice(*row) for row in self.connection.execute(wanted)]

    def known_events(self, event_ids: Sequence[str]) -> dict[str, str | None]:
        """Return the existing ones of these events, with the `expires_at` of their body if it is stored."""
        found = select(event.c.id, event.c.body).where(event.c.store == self.store, event.c.id.in_(event_ids))
        return {row[0]: row[1].get("expires_at") for row in self.connection.execute(found)}

    def move_notices(self, kind: NoticeKind, moved: Sequence[WaitingNotice]) -> None:
        """Store when the owners of these are notified; `warn_at` None: never."""
        gone = [each.subject for each in moved if each.warn_at is None]
        here = (deadline.c.store == self.store, deadline.c.kind == kind.warn)
        if gone:
            self.connection.execute(delete(deadline).where(*here, deadline.c.subject.in_(gone)))
        rows: list[dict[str, Any]] = [
            {"store": self.store, "subject": each.subject, "kind": kind.warn, "due_at": each.warn_at}
            | {"member": each.member, "failed_at": None, "error": None}
            for each in moved
            if each.warn_at is not None
        ]
        if rows:
            statement = insert_into(self._dialect, deadline)
            values = {"due_at": statement.excluded.due_at}
            changed = statement.on_conflict_do_update(index_elements=list(deadline.primary_key), set_=values)
            self.connection.execute(changed, rows)


def take_waiting_notice_moves(connection: Connection, *, now: datetime, again_after: timedelta) -> list[str]:
    """Return the stores with notices to move, whose workflow may not run, and hide them for a while."""
    taken = update(notice_move).where(notice_move.c.start_after <= now).values(start_after=now + again_after)
    return [row[0] for row in connection.execute(taken.returning(notice_move.c.store))]
