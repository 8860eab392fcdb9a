"""A simulation in lines for a person."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

import rules
from commands.explain.text import came_of, head, indented, safe


def lines(said: dict[str, Any]) -> Iterator[Text]:
    """Every event with its reasons and what would come of it, what the member would have then, and what is sent."""
    yield Text(f"Tried at {said['now']}, program {said['revision']}, {said['revisionHash']}", "dim")
    if said["meanwhile"]:
        yield Text(f"First, {len(said['meanwhile'])} that falls due until then", "bold")
        for event in said["meanwhile"]:
            yield indented(_titled(event))
            yield from map(indented, came_of(event))
    for event in said["events"]:
        yield _titled(event)
        yield from came_of(event)
    yield Text("The member", "bold")
    yield from (indented(line) for line in _changes(said["before"], said["after"]))
    if said["messages"]:
        yield Text("Messages, to whoever subscribed", "bold")
        names = Counter(
            each["name"] if each["url"] is None else f"call_webhook {each['url']}" for each in said["messages"]
        )
        yield from (
            indented(Text(safe(name if count == 1 else f"{name}, {count} times"))) for name, count in names.items()
        )


def failed(said: dict[str, Any]) -> bool:
    """Whether an event could not be answered: the program causes too many, or a cycle."""
    return any(_has_error(event) for event in (*said["meanwhile"], *said["events"]))


def _has_error(event: dict[str, Any]) -> bool:
    return event["error"] is not None or any(_has_error(each) for each in event["outcome"]["caused"])


def _titled(event: dict[str, Any]) -> Text:
    return Text.assemble(head(event), f" {event['eventDate']}")


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Text]:
    """What is there, and what it was where that is something else."""
    was, now = dict(_facts(before)), dict(_facts(after))
    for name, fact in now.items():
        old = was.get(name, "none")
        told = fact if old == fact else f"{old} -> {fact}"
        yield Text.assemble((f"{safe(name):<24}", "dim"), (safe(told), "" if old == fact else "bold"))


def _facts(standing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "tier", standing["tier"] or "none"
    for code, amounts in standing["wallets"].items():
        pending = f", {_number(amounts['pending'])} pending" if amounts["pending"] else ""
        yield code, f"{_number(amounts['active'])}{pending}"
    for name, each in standing["achievements"].items():
        completed = f", completed {each['completed']} times" if each["completed"] else ""
        yield name, f"{_number(each['progress'])}/{_number(each['goal'])}{completed}"
    if standing["badges"]:
        yield "badges", ", ".join(f"{name}" if n == 1 else f"{name} x {n}" for name, n in standing["badges"].items())
    for name, value in standing["attributes"].items():
        yield f"attribute {name}", rules.exact.dumps(value)[:100]


def _number(amount: Any) -> str:
    return str(rules.exact.dumps(amount))
