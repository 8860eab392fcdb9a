"""Backtests of drafts and of rollbacks: the last one of each administrator in each store, with its progress."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from database.locks import draft_lock
from database.queries import Queries, WriteQueries
from database.tables import draft_backtest

BacktestStatus: TypeAlias = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class StoredBacktest:
    """A backtest of files with a fingerprint against a revision; `events_in_all` None: not counted yet.

    `because` says why it has no result, which is JSON. `seen_at`: when its process last reported.
    """

    id: str
    fingerprint: str
    in_force: int
    days: int
    status: BacktestStatus
    begun_at: datetime
    seen_at: datetime
    events: int = 0
    events_in_all: int | None = None
    because: str | None = None
    result: str | None = None


class BacktestQueries(Queries):
    """Reads the backtests of one store's drafts."""

    def get(self, admin: str) -> StoredBacktest | None:
        """Return the last backtest of an administrator's draft."""
        return self.find_one(StoredBacktest, draft_backtest, admin=admin)


class Backtests(BacktestQueries, WriteQueries):
    """The backtests of one store's drafts."""

    def lock_of(self, admin: str) -> None:
        """Lock the backtests of an administrator until this transaction ends."""
        self.lock(draft_lock(admin))

    def begin(self, admin: str, begun: StoredBacktest) -> None:
        """Store a backtest, replacing the administrator's last one."""
        row = {name: getattr(begun, name) for name in StoredBacktest.__slots__}
        self.upsert(draft_backtest, {"admin": admin, **row})

    def go_on(self, admin: str, backtest: str, *, events: int, events_in_all: int | None, now: datetime) -> bool:
        """Store the progress of a backtest; return False if it was cancelled, discarded or replaced."""
        own = self._running(admin, backtest)
        return self.update(draft_backtest, own, events=events, events_in_all=events_in_all, seen_at=now)

    def finish(self, admin: str, backtest: str, *, because: str | None, result: str | None, now: datetime) -> None:
        """Store the result of a running backtest, or why there is none."""
        status: BacktestStatus = "failed" if result is None else "done"
        own = self._running(admin, backtest)
        self.update(draft_backtest, own, status=status, because=because, result=result, seen_at=now)

    def cancel(self, admin: str, *, now: datetime, fingerprint: str | None = None) -> bool:
        """Cancel the backtest of an administrator, or if it is of this fingerprint; return False if none runs."""
        own = {"admin": admin, "status": "running"} | ({} if fingerprint is None else {"fingerprint": fingerprint})
        return self.update(draft_backtest, own, status="cancelled", seen_at=now)

    def _running(self, admin: str, backtest: str) -> dict[str, str]:
        return {"admin": admin, "id": backtest, "status": "running"}
