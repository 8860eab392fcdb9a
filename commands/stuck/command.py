"""`laurel stuck`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import fail, run_async
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

if TYPE_CHECKING:
    from commands.stuck.output import Retried
    from commands.stuck.stuck_things import RetriedKind, StuckThings

ALL = 1_000_000

_KINDS: "Mapping[str, RetriedKind]" = {
    "event": "event",
    "due-item": "due_item",
    "delivery": "delivery",
    "import": "import",
    "export": "export",
    "clock": "clock",
}


RetryOne = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--retry",
        metavar="WHAT ID",
        help="Retry an event, due-item, delivery, import, export or clock.",
        show_default=False,
    ),
]
RetryAll = Annotated[bool, typer.Option("--retry-all", help="Retry everything that failed or was skipped.")]
UnderCurrentRevision = Annotated[
    bool,
    typer.Option(
        "--under-current-revision", help="Decide undecided events under the revision in force.", show_default=False
    ),
]


def stuck(
    retry: RetryOne = None,
    retry_all: RetryAll = False,
    current: UnderCurrentRevision = False,
    store: Store = None,
    data: Data = DATA,
    last: Annotated[int, typer.Option("--last", min=1, help="How many to print.")] = 50,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """List what is stuck in a store, and why: events, due items, deliveries, files, the clock; retry it."""
    if retry is not None and retry_all:
        fail("--retry names one thing, and --retry-all means all: give one of them")
    if current and retry is None and not retry_all:
        fail("--under-current-revision is about what is tried again: give --retry or --retry-all, too")
    kind = None if retry is None else _kind(retry[0])
    from commands.shared.lookup import find_store
    from commands.stuck.output import Retried, print_found, print_retried
    from commands.stuck.stuck_things import open_stuck_things

    async def run() -> None:
        async with open_stuck_things(data) as things:
            code = find_store(await things.stores(), store)
            if retry is not None and kind is not None:
                await things.retry(code, kind, retry[1], current=current)
                print_retried(code, Retried([(kind, retry[1])]), format)
            elif retry_all:
                print_retried(code, await _retry_all(things, code, current=current), format)
            else:
                print_found(code, await things.find(code, last), format)

    run_async(run, format)


def _kind(text: str) -> "RetriedKind":
    kind = _KINDS.get(text)
    if kind is None:
        fail(
            f"{text[:80]} cannot be tried again: name an event, a due-item, a delivery, an import, an export or a clock"
        )
    return kind


async def _retry_all(things: "StuckThings", store: str, *, current: bool) -> "Retried":
    """Retry all that have failed or were skipped so far; return which, and the refusals."""
    from commands.stuck.output import Retried
    from commands.stuck.stuck_things import NotStuck

    retried = Retried([])
    for each in (await things.find(store, ALL, retryable=True)).things:
        try:
            await things.retry(store, each.kind, each.id, current=current)
        except NotStuck as refused:
            retried.refused.append((each.kind, each.id, str(refused)))
        else:
            retried.done.append((each.kind, each.id))
    return retried
