"""Backtests that this process runs: each stores its progress, and its result."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

import rules
from api.backtests.process import MOST_SECONDS, BacktestRequest, BacktestRunner, Cancelled, Progress
from database import StoreDatabase, Transaction
from database.backtests import StoredBacktest
from loyalty.program.program import Program
from program_files import read_revision
from workbench.backtest import rendering

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunOfBacktest:
    """A stored backtest, and what it replays."""

    database: StoreDatabase
    admin: str
    begun: StoredBacktest
    asked: BacktestRequest
    new: Program

    async def report(self, progress: Progress) -> bool:
        """Store the progress; return False if the backtest was cancelled."""
        now = datetime.now(UTC)

        def write(tx: Transaction) -> bool:
            done, of = progress.events, progress.events_in_all
            return tx.backtests.go_on(self.admin, self.begun.id, events=done, events_in_all=of, now=now)

        return await self.database.write(write)

    async def finish(self, result: Mapping[str, Any] | None, because: str | None) -> None:
        """Store the result."""
        now, text = datetime.now(UTC), None if result is None else str(rules.exact.dumps(dict(result)))
        await self.database.write(
            lambda tx: tx.backtests.finish(self.admin, self.begun.id, because=because, result=text, now=now)
        )


class RunningBacktests:
    """The backtests that this process runs, and those that wait for them."""

    def __init__(self) -> None:
        self.runner = BacktestRunner()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, run: RunOfBacktest) -> None:
        """Run a backtest, and store its result."""
        task = asyncio.create_task(self._run(run), name=f"backtest {run.begun.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, run: RunOfBacktest) -> None:
        try:
            old = await asyncio.to_thread(read_revision, run.asked.old)
            replayed = await self.runner.replay(
                run.asked, old, run.new, now=run.begun.begun_at, seconds=MOST_SECONDS, report=run.report
            )
            result = None
            if replayed.result is not None:
                result = {"days": run.begun.days, **rendering.as_json(replayed.result)}
            await run.finish(result, replayed.because)
        except Cancelled:
            return
        except Exception:
            log.exception("a backtest failed", backtest=run.begun.id)
            await run.finish(None, "it failed: see the log of the API")
