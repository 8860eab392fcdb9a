"""An event as lines of text: its type and status, the decisions of reactors and achievements, and what it caused."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from rich.text import Text

import rules
from commands.shared.terminal_text import printable

Details: TypeAlias = dict[str, Any]
"""An event as `GET /api/{storeCode}/customEvent/{id}` shows it."""

_LONGEST = 100
"""The most characters of a value that are printed."""

_FIRED = {"fired", "counted"}
"""The verdicts of rules that fired or counted."""


def event_heading(event: Details) -> Text:
    """Return the type of an event; if it is stored, also its id and status."""
    if "customEventId" not in event:  # a simulated event
        return Text(event["type"], "bold")
    style = {"applied": "green", "failed": "red"}.get(event["status"], "yellow")
    return Text.assemble((event["type"], "bold"), f" {event['customEventId']} ", (event["status"], style))


def outcome_lines(event: Details) -> Iterator[Text]:
    """Yield the decision on an event, its effects, and the events it caused, each with its own outcome."""
    if event["error"]:
        yield indented(Text.assemble(("error      ", "dim"), (printable(event["error"]), "red")))
    if "removedAt" in event:
        yield Text(f"Its body, decision and deliveries were removed on {event['removedAt'][:10]}, since it is old")
    elif event["decision"] is None:
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
        yield from (indented(Text(printable(words))) for words in event["outcome"]["did"])
    if event["outcome"]["caused"]:
        yield Text("Caused", "bold")
    for caused in event["outcome"]["caused"]:
        yield indented(Text.assemble(event_heading(caused), f" {_short(rules.exact.dumps(caused['body']))}"))
        yield from (indented(indented(line)) for line in outcome_lines(caused))


def _answer(answer: Details) -> Iterator[Text]:
    """Yield the decision of one reactor or achievement: the verdict, the reasons with their places, the effects."""
    is_yes = answer["verdict"] in _FIRED
    name = answer["source"].partition("/")[2]
    verdict = answer["verdict"].replace("_", " ")
    word = ("yes  ", "green") if is_yes else ("no   ", "yellow")
    detail = "" if answer["verdict"] == "fired" else f": {verdict}"
    yield Text.assemble(word, (name, "bold"), detail, (f"  {answer['place']}", "dim"))
    leaves = answer.get("reason", {}).get("leaves", [])
    if sum("needed" in leaf for leaf in leaves) > 1:
        yield _under("any one of these was enough:")
    for leaf in leaves:
        words = rules.clause_text(leaf.get("actual", {}), leaf.get("needed", ""), leaf.get("within", ()))
        yield _under(words, leaf["place"])
    if "more" in answer.get("reason", {}):
        yield _under(f"and {answer['reason']['more']} more")
    if not leaves and answer["because"]:
        yield _under(printable(answer["because"].removeprefix(f"{verdict}: ")))
    yield from (_under(f"gives {_effect(effect)}") for effect in answer["effects"])


def _effect(effect: dict[str, Any]) -> str:
    """Return an effect as text; for a webhook, only its URL."""
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


def _under(words: str, place: str = "") -> Text:
    return Text.assemble("     ", words, (f"  {place}", "dim") if place else "")


def indented(line: Text) -> Text:
    """Return the line, indented by two spaces."""
    return Text.assemble("  ", line)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _bare(json: str) -> str:
    """Return JSON without punctuation, for values of one word or one key."""
    return json.translate(str.maketrans("", "", '{}":'))
