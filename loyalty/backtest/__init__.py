"""A backtest: what happened, replayed under two programs from the same start, and what comes out under each."""

from loyalty.backtest.comparing import Comparison, Contrast, MemberChange
from loyalty.backtest.pair import Pair
from loyalty.backtest.parts import Members, Part, Share
from loyalty.backtest.replay import Replay, Reported
from loyalty.backtest.totals import Totals
from loyalty.openings import Opening

__all__ = [
    "Comparison",
    "Contrast",
    "MemberChange",
    "Members",
    "Opening",
    "Pair",
    "Part",
    "Replay",
    "Reported",
    "Share",
    "Totals",
]
