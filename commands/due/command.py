"""`laurel due`."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import fail, run_async
from commands.shared.options import DATA, Data, Format, Store

if TYPE_CHECKING:
    from commands.due.due_items import DueItems, Found
    from loyalty.store.due_items import StoredDueItem

OVERDUE_AFTER = timedelta(seconds=10)
"""How long after its moment an item counts as overdue: a clock runs it within moments, unless it has much to do."""

ALL = 1_000_000


def due(
    retry: Annotated[
        tuple[str, str] | None,
        typer.Option("--retry", metavar="SUBJECT KIND", help="Try one that is set aside again.", show_default=False),
    ] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="Try all that are set aside again.")] = False,
    store: Store = None,
    data: Data = DATA,
    last: Annotated[int, typer.Option("--last", min=1, help="How many of each list are printed.")] = 50,
    format: Annotated[Format, typer.Option("--format", help="How they are printed.")] = Format.text,  # noqa: A002 - as the option
) -> None:
    """List the due items of a store that are set aside, with the reason, and those that are overdue; try them again."""
    if retry is not None and retry_all:
        fail("--retry names one due item, and --retry-all means all: give one of them")
    from commands.due.due_items import open_due_items
    from commands.shared.lookup import find_store

    async def run() -> None:
        now = datetime.now(UTC)
        async with open_due_items(data) as due_items:
            code = find_store(await due_items.stores(), store)
            if retry is not None:
                await _retry_one(due_items, code, retry, now)
                _print_retried(code, [retry], format)
            elif retry_all:
                _print_retried(code, await _retry_all(due_items, code, now), format)
            else:
                failed = await due_items.failed(code, last)
                _print(code, failed, await due_items.overdue(code, last, before=now - OVERDUE_AFTER), format)

    run_async(run, format)


async def _retry_one(due_items: "DueItems", store: str, item: tuple[str, str], now: datetime) -> None:
    if not await due_items.retry(store, *item, now=now):
        fail(f"the due item {item[1][:80]} of {item[0][:80]} is not set aside: it is run when it is due")


async def _retry_all(due_items: "DueItems", store: str, now: datetime) -> list[tuple[str, str]]:
    """Try again all that are set aside now, and return them."""
    found = [(each.subject, each.kind) for each in (await due_items.failed(store, ALL)).items]
    return [item for item in found if await due_items.retry(store, *item, now=now)]


def _print_retried(store: str, items: list[tuple[str, str]], format: Format) -> None:  # noqa: A002 - as the option
    if format is Format.json:
        retried = [{"subject": subject, "kind": kind} for subject, kind in items]
        print(json.dumps({"store": store, "retried": retried}))
        return
    for subject, kind in items:
        print(f"{kind} {subject} is due now")
    if not items:
        print(f"store {store}: nothing is set aside")


def _print(store: str, failed: "Found", overdue: "Found", format: Format) -> None:  # noqa: A002 - as the option
    if format is Format.json:
        print(json.dumps({"store": store, "failed": _as_json(failed), "overdue": _as_json(overdue)}))
        return
    print(f"store {store}: {failed.total} set aside, {overdue.total} overdue")
    for title, found in (("set aside", failed), ("overdue", overdue)):
        for item in found.items:
            print(_line(title, item))
        if found.total > len(found.items):
            print(f"  and {found.total - len(found.items)} more {title}: see --last")
    if failed.total:
        print("try one again by `laurel due --retry SUBJECT KIND`, or all by `laurel due --retry-all`")


def _line(title: str, item: "StoredDueItem") -> str:
    line = f"  {title:<9}  {item.kind:<13}  {item.subject}  due {_shown(item.due_at)}"
    return line if item.failed_at is None else f"{line}, set aside {_shown(item.failed_at)}: {item.error}"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _as_json(found: "Found") -> dict[str, object]:
    return {"total": found.total, "items": [_item_as_json(each) for each in found.items]}


def _item_as_json(item: "StoredDueItem") -> dict[str, object]:
    return {
        "subject": item.subject,
        "kind": item.kind,
        "customerId": item.member,
        "dueAt": item.due_at.astimezone(UTC).isoformat(),
        "failedAt": None if item.failed_at is None else item.failed_at.astimezone(UTC).isoformat(),
        "error": item.error,
    }
