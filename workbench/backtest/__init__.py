"""A backtest: what happened, replayed under two programs from the same start, and what comes out under each."""

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.store.history import MemberRange, ReplayedEvent
from workbench.backtest.comparison import Comparison, Contrast, Difference, MemberChange
from workbench.backtest.gains import Thing
from workbench.backtest.paired_replay import Pair
from workbench.backtest.replay import Replay
from workbench.backtest.shares import Part, Share
from workbench.backtest.totals import Totals

__all__ = [
    "Comparison",
    "Contrast",
    "Difference",
    "MemberChange",
    "MemberRange",
    "MemberSnapshot",
    "Pair",
    "Part",
    "Replay",
    "ReplayedEvent",
    "Share",
    "Thing",
    "Totals",
]
