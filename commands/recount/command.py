"""`laurel recount`."""

from commands.shared.exits import run_async
from commands.shared.options import DATA, Data, Store


def recount(data: Data = DATA, store: Store = None) -> None:
    """Recount the daily figures of a store from its transfers and transactions."""
    from commands.recount.recounting import recount_stores

    run_async(lambda: recount_stores(data, store))
