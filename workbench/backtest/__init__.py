"""Backtests: past events replayed under two programs from the same start, and the results compared."""

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.store.history import MemberRange, ReplayedEvent
from workbench.backtest.comparison import BacktestResult, BenefitDifference, MemberChange, ReplayComparison
from workbench.backtest.gains import Benefit
from workbench.backtest.paired_replay import PairedReplay, limits_any
from workbench.backtest.replay import Replay
from workbench.backtest.shards import Partition, Shard
from workbench.backtest.totals import Totals

__all__ = [
    "BacktestResult",
    "Benefit",
    "BenefitDifference",
    "MemberChange",
    "MemberRange",
    "MemberSnapshot",
    "PairedReplay",
    "Partition",
    "Replay",
    "ReplayComparison",
    "ReplayedEvent",
    "Shard",
    "Totals",
    "limits_any",
]
