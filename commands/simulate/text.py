"""A simulation as lines of text."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

import rules
from commands.shared.event_text import event_heading, indented, outcome_lines
from commands.shared.terminal_text import printable


def lines(simulated: dict[str, Any]) -> Iterator[Text]:
    """Yield each event with its reasons and outcome, the member's resulting status, and the messages."""
    yield Text(f"Tried at {simulated['now']}, program {simulated['revision']}, {simulated['revisionHash']}", "dim")
    if simulated["meanwhile"]:
        yield Text(f"First, {len(simulated['meanwhile'])} that falls due until then", "bold")
        for event in simulated["meanwhile"]:
            yield indented(_dated_heading(event))
            yield from map(indented, outcome_lines(event))
    for event in simulated["events"]:
        yield _dated_heading(event)
        yield from outcome_lines(event)
    yield Text("The member", "bold")
    yield from (indented(line) for line in _changes(simulated["before"], simulated["after"]))
    if simulated["messages"]:
        yield Text("Messages to subscribers", "bold")
        names = Counter(
            each["name"] if each["url"] is None else f"call_webhook {each['url']}" for each in simulated["messages"]
        )
        yield from (
            indented(Text(printable(name if count == 1 else f"{name}, {count} times"))) for name, count in names.items()
        )


def failed(simulated: dict[str, Any]) -> bool:
    """Return whether an event failed: the program caused too many events, or a cycle."""
    return any(_has_error(event) for event in (*simulated["meanwhile"], *simulated["events"]))


def _has_error(event: dict[str, Any]) -> bool:
    return event["error"] is not None or any(_has_error(each) for each in event["outcome"]["caused"])


def _dated_heading(event: dict[str, Any]) -> Text:
    return Text.assemble(event_heading(event), f" {event['eventDate']}")


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Text]:
    """Yield the member's status; for changes, also the value before."""
    was, now = dict(_facts(before)), dict(_facts(after))
    for name, fact in now.items():
        old = was.get(name, "none")
        value = fact if old == fact else f"{old} -> {fact}"
        yield Text.assemble((f"{printable(name):<24}", "dim"), (printable(value), "" if old == fact else "bold"))


def _facts(standing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "tier", standing["tier"] or "none"
    for name, tier in standing.get("tiers", {}).items():
        yield f"tier of {name}", tier or "none"
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
