"""Counting what waits, as the worker does it, and reading figures."""

from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo

from database import Database
from database.analytics.reading import FigureReader
from tests.kit.scripted_store import ScriptedStore

T = TypeVar("T")


async def count_all(database: Database, zone: ZoneInfo, *, store: str = "DEFAULT", limit: int = 50) -> int:
    """Add all that waits to the figures of its days, by small pages; return how much it was."""
    done = 0
    while counted := await database.store(store).write(lambda tx: tx.figures.count(zone, limit=limit)):
        done += counted
    return done


async def count_figures(scripted: ScriptedStore) -> int:
    """Count all that waits in a scripted store."""
    return await count_all(scripted.database, scripted.program.zone)


async def read_figures(scripted: ScriptedStore, read: Callable[[FigureReader], T]) -> T:
    """Return what is read of the figures of a scripted store."""
    zone = scripted.program.zone
    return await scripted.database.store("DEFAULT").read(lambda tx: read(FigureReader(tx.connection, tx.store, zone)))
