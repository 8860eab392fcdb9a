"""Everything about one event as lines of text, for `laurel explain`."""

from collections.abc import Iterator

from rich.text import Text

from commands.shared.event_text import Details, event_heading, indented, outcome_lines
from commands.shared.terminal_text import printable


def lines(details: Details) -> Iterator[Text]:
    """Yield the event, the decisions with reasons, its outcome and its deliveries. Of its member, only the id."""
    yield event_heading(details)
    yield from _facts(details)
    yield from outcome_lines(details)
    if details["deliveries"]:
        yield Text("Deliveries", "bold")
        yield from (indented(_delivery(each)) for each in details["deliveries"])


def _facts(details: Details) -> Iterator[Text]:
    facts = {
        "its own id": printable(details["eventId"]) if "eventId" in details else None,
        "happened": f"{details['eventDate']}, received {details['createdAt']}",
        "member": details["customerId"],
        "revision": f"{details['revision']}, {details['revisionHash']}",
        "workflow": details["workflowId"],
        "": details.get("workflowUrl"),
        "reverses": _reversed(details["reverses"]) if "reverses" in details else None,
        "reversed by": ", ".join(_share(each) for each in details.get("reversedBy", ())) or None,
    }
    for name, fact in facts.items():
        if fact is not None:
            yield indented(Text.assemble((f"{name:<11}", "dim"), str(fact)))


def _reversed(reverses: Details) -> str:
    if reverses["state"] == "waiting":
        return f"a {reverses['type']} that was not reported yet: it waits for that"
    return _share(reverses)


def _share(reversal: Details) -> str:
    return f"{reversal['customEventId']} (share {reversal['share']:.6g})"


def _delivery(delivery: Details) -> Text:
    line = f"{delivery['name']} to {delivery['url']}: {delivery['status']}"
    for attempt in delivery["attempts"]:
        result = attempt["error"] or attempt["status"]
        line += f"; attempt {attempt['number']}: {result} in {attempt['latencyMs']} ms"
    if "nextAttemptAt" in delivery:
        line += f"; next at {delivery['nextAttemptAt']}"
    return Text(printable(line))
