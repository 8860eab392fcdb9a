"""Differences as text for a terminal, as Markdown for a pull request, and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from loyalty.program.logic import Place
from rules.values import Json
from workbench.differences.model import AttributeChange, Change, ChangeType

_SIGNS: Mapping[ChangeType, str] = {"added": "+", "changed": "~", "removed": "-"}


def text(changes: Iterable[Change]) -> str:
    """Return a line per definition, and one below it per attribute: `award_points: event.body.total * 2 -> ...`."""
    return "\n".join(line for change in changes for line in _lines(change))


def markdown(changes: Sequence[Change]) -> str:
    """Return the changes as a list in Markdown."""
    if not changes:
        return "No differences.\n"
    return "".join(f"{line}\n" for change in changes for line in _items(change))


def as_json(changes: Iterable[Change]) -> list[Json]:
    """Return the changes as JSON; the value of a side that has none is null."""
    return [
        {
            "kind": change.kind,
            "name": change.name,
            "what": change.what,
            "parts": [_part_as_json(part) for part in change.parts],
        }
        for change in changes
    ]


def change_counts(changes: Iterable[Change]) -> str:
    """Return the numbers of changes: `1 added, 2 changed`."""
    kinds = [change.what for change in changes]
    counts = [f"{kinds.count(what)} {what}" for what in _SIGNS if what in kinds]
    return ", ".join(counts) or "no differences"


def _lines(change: Change) -> Iterator[str]:
    head = f"{_SIGNS[change.what]} {change.kind} {change.name}"
    match change.parts:
        case [AttributeChange(about="") as part]:
            yield f"{head}: {_value_text(part, change.what)}"
        case parts:
            yield head
            yield from (f"    {part.about}: {_value_text(part, change.what)}{_places(part)}" for part in parts)


def _value_text(part: AttributeChange, what: ChangeType) -> str:
    """Return the old and the new value; `added` or `removed` only where the whole definition was not."""
    if part.was is not None and part.now is not None:
        return f"{part.was} -> {part.now}"
    value = part.now or part.was or ""
    return value if part.what == what else f"{part.what} {value}"


def _places(part: AttributeChange) -> str:
    places = [str(place) for place in (part.was_at, part.now_at) if place is not None]
    return f" ({' -> '.join(dict.fromkeys(places))})" if places else ""


def _items(change: Change) -> Iterator[str]:
    head = f"- **{change.what}** {change.kind} {_code(change.name)}"
    match change.parts:
        case [AttributeChange(about="") as part]:
            yield f"{head}: {_value_in_code(part, change.what)}"
        case parts:
            yield head
            yield from (f"  - {part.about}: {_value_in_code(part, change.what)}{_places(part)}" for part in parts)


def _value_in_code(part: AttributeChange, what: ChangeType) -> str:
    if part.was is not None and part.now is not None:
        return f"{_code(part.was)} → {_code(part.now)}"
    value = _code(part.now or part.was or "")
    return value if part.what == what else f"{part.what} {value}"


def _code(written: str) -> str:
    """Return a text as code on one line, in more backticks than it contains in a row."""
    line = " ".join(written.split())
    longest = max((len(run) for run in "".join(c if c == "`" else " " for c in line).split()), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest else f"{fence}{line}{fence}"


def _part_as_json(part: AttributeChange) -> Json:
    return {
        "about": part.about,
        "what": part.what,
        "was": part.was,
        "now": part.now,
        "wasAt": _place(part.was_at),
        "nowAt": _place(part.now_at),
    }


def _place(place: Place | None) -> str | None:
    return None if place is None else str(place)
