"""`laurel recount`."""

from commands.shared.exits import run_async
from commands.shared.options import DATA, Data, Store


def recount(data: Data = DATA, store: Store = None) -> None:
    """Count the figures by day of a store anew, from its transfers and transactions."""
    from commands.recount.recounting import recount_stores

    run_async(lambda: recount_stores(data, store))
