"""Read the funnel of an achievement from stored stages, or from a scan while these are incomplete."""

from zoneinfo import ZoneInfo

from database.analytics.funnel import scan_funnel
from database.analytics.funnel_counting import FunnelQueries
from database.analytics.reading import FigureReader
from database.transaction import ReadTransaction
from loyalty.achievements.funnel import Funnel
from loyalty.program.achievements import Achievement


def read_funnel(tx: ReadTransaction, achievement: Achievement, zone: ZoneInfo) -> Funnel:
    """Return how many members reached each stage; call it first in a transaction. `zone`: of the program."""
    figures = FigureReader(tx.connection, tx.store, zone)
    found = None
    if figures.are_complete:
        found = FunnelQueries(tx.connection, tx.store).counted(achievement, figures.waiting.progressed)
    return scan_funnel(tx.connection, tx.store, achievement) if found is None else found
