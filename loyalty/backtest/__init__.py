"""A backtest: what happened, replayed under two programs from the same start, and what comes out under each."""

from loyalty.backtest.comparing import Comparison, Contrast, Difference, MemberChange
from loyalty.backtest.got import Thing
from loyalty.backtest.pair import Pair
from loyalty.backtest.parts import Members, Part, Share
from loyalty.backtest.replay import Replay, Reported
from loyalty.backtest.totals import Totals
from loyalty.openings import Opening

__all__ = [
    "Comparison",
    "Contrast",
    "Difference",
    "MemberChange",
    "Members",
    "Opening",
    "Pair",
    "Part",
    "Replay",
    "Reported",
    "Share",
    "Thing",
    "Totals",
]
