"""An event and why it was answered as it was, in lines for a person."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from rich.text import Text

import rules

Details: TypeAlias = dict[str, Any]
"""An event as `GET /api/{storeCode}/customEvent/{id}` shows it."""

_LONGEST = 100
_YES = {"fired", "counted"}


def lines(details: Details) -> Iterator[Text]:
    """Everything about an event: what it was, why each answer, what came of it. Of its member, the id alone."""
    yield head(details)
    yield from _facts(details)
    yield from came_of(details)
    if details["deliveries"]:
        yield Text("Deliveries", "bold")
        yield from (indented(_delivery(each)) for each in details["deliveries"])


def head(event: Details) -> Text:
    """An event by its type, and if it is stored by its id and how far it is."""
    if "customEventId" not in event:  # it only would happen
        return Text(event["type"], "bold")
    style = {"applied": "green", "failed": "red"}.get(event["status"], "yellow")
    return Text.assemble((event["type"], "bold"), f" {event['customEventId']} ", (event["status"], style))


def _facts(details: Details) -> Iterator[Text]:
    facts = {
        "its own id": safe(details["eventId"]) if "eventId" in details else None,
        "happened": f"{details['eventDate']}, received {details['createdAt']}",
        "member": details["customerId"],
        "revision": f"{details['revision']}, {details['revisionHash']}",
        "workflow": details["workflowId"],
        "": details.get("workflowUrl"),
    }
    for name, fact in facts.items():
        if fact is not None:
            yield indented(Text.assemble((f"{name:<11}", "dim"), str(fact)))


def came_of(event: Details) -> Iterator[Text]:
    """The answers to an event, what was done, and the events it caused, each with what came of it."""
    if event["error"]:
        yield indented(Text.assemble(("error      ", "dim"), (safe(event["error"]), "red")))
    if event["decision"] is None:
        yield Text("Not decided yet")
    for title, kind in (("Reactors", "reactor/"), ("Achievements", "achievement/")):
        answers = [answer for answer in event["decision"] or () if answer["source"].startswith(kind)]
        if answers:
            yield Text(title, "bold")
        for answer in answers:
            yield from map(indented, _answer(answer))
    if event["decision"] == []:
        yield Text("No reactor and no achievement is on this event type")
    if event["outcome"]["did"]:
        yield Text("Done", "bold")
        yield from (indented(Text(safe(words))) for words in event["outcome"]["did"])
    if event["outcome"]["caused"]:
        yield Text("Caused", "bold")
    for caused in event["outcome"]["caused"]:
        yield indented(Text.assemble(head(caused), f" {_short(rules.exact.dumps(caused['body']))}"))
        yield from (indented(indented(line)) for line in came_of(caused))


def _answer(answer: Details) -> Iterator[Text]:
    """One answer: yes or no, why, where it stands, what it gives."""
    is_yes = answer["verdict"] in _YES
    name = answer["source"].partition("/")[2]
    verdict = answer["verdict"].replace("_", " ")
    word = ("yes  ", "green") if is_yes else ("no   ", "yellow")
    said = "" if answer["verdict"] == "fired" else f": {verdict}"
    yield Text.assemble(word, (name, "bold"), said, (f"  {answer['place']}", "dim"))
    leaves = answer.get("reason", {}).get("leaves", [])
    if sum("needed" in leaf for leaf in leaves) > 1:
        yield _under("any one of these was enough:")
    for leaf in leaves:
        words = rules.clause_text(leaf.get("actual", {}), leaf.get("needed", ""), leaf.get("within", ()))
        yield _under(words, leaf["place"])
    if "more" in answer.get("reason", {}):
        yield _under(f"and {answer['reason']['more']} more")
    if not leaves and answer["because"]:
        yield _under(safe(answer["because"].removeprefix(f"{verdict}: ")))
    yield from (_under(f"gives {_effect(effect)}") for effect in answer["effects"])


def _effect(effect: dict[str, Any]) -> str:
    """An effect in words; of a webhook, no more than where it goes."""
    ((name, value),) = effect.items()
    match value:
        case {"wallet": wallet, "points": points}:
            terms = {term: value[term] for term in ("pending", "expires") if term in value}
            more = [f"{term} {_bare(rules.exact.dumps(of))}" for term, of in terms.items()]
            return ", ".join([f"{name} {rules.exact.dumps(points)} {wallet}", *more])
        case {"url": url}:
            return f"{name} {url}"
        case {"name": attribute, "value": to}:
            return f"{name} {attribute} = {_short(rules.exact.dumps(to))}"
        case _:
            return f"{name} {value}"


def _delivery(delivery: Details) -> Text:
    told = f"{delivery['name']} to {delivery['url']}: {delivery['status']}"
    for attempt in delivery["attempts"]:
        came_to = attempt["error"] or attempt["status"]
        told += f"; attempt {attempt['number']}: {came_to} in {attempt['latencyMs']} ms"
    if "nextAttemptAt" in delivery:
        told += f"; next at {delivery['nextAttemptAt']}"
    return Text(safe(told))


def _under(words: str, place: str = "") -> Text:
    return Text.assemble("     ", words, (f"  {place}", "dim") if place else "")


def indented(line: Text) -> Text:
    """A line further in."""
    return Text.assemble("  ", line)


def safe(text: str) -> str:
    """A text of somebody else's, which is not to steer the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _bare(json: str) -> str:
    """JSON of one word or key, without its signs."""
    return json.translate(str.maketrans("", "", '{}":'))
