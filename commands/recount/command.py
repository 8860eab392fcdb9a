"""`laurel recount`."""

from commands.shared.exits import run_async
from commands.shared.options import DATA, Data, Format, OutputFormat, Store


def recount(
    data: Data = DATA,
    store: Store = None,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Recount the daily figures of a store from its transfers and transactions."""
    from commands.recount.recounting import recount_stores

    run_async(lambda: recount_stores(data, store, format), format)
