"""Formats of values: moments on the program's clock, numbers with groups, texts cut and isolated."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

import rules
from console.pages.operations import operation_title
from workbench.masking import HIDDEN

MAX_TEXT = 200


def moment(text: str | None) -> Markup:
    """Return a moment of an API response, by its own offset, with UTC in the tooltip."""
    if not text:
        return Markup("&ndash;")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return escape(text)
    utc = read.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        text, utc.removesuffix("Z").replace("T", " "), read.strftime("%Y-%m-%d %H:%M:%S")
    )


def number(value: Any) -> str:
    """Return a number with groups of thousands, and all its digits."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return str(value)
    return f"{value:,}"


def cut(text: Any, length: int = MAX_TEXT) -> Markup:
    """Return a text of a user, cut, and isolated so that it does not change the text direction around it."""
    whole = str(text)
    shown = whole if len(whole) <= length else whole[:length] + "…"
    return Markup("<bdi>{}</bdi>").format(shown)


def as_json(value: Any) -> str:
    """Return a value as readable JSON."""
    return json.dumps(json.loads(rules.exact.dumps(value)), indent=2, ensure_ascii=False)


def words(name: str) -> str:
    """Return a name of a program in words: `condition_false` as `condition false`."""
    return name.replace("_", " ")


def as_words(value: Any, *, depth: int = 2) -> str:
    """Return an effect in words: `wallet points, points 12, expires after 90d`.

    Empty for one with lists, or with objects deeper than `depth`: it is shown as JSON.
    """
    match value:
        case Mapping():
            parts = [as_words(each, depth=depth - 1) if depth else "" for each in value.values()]
            named = ", ".join(f"{words(name)} {part}" for name, part in zip(value, parts, strict=True))
            return named if all(parts) else ""
        case list():
            return ""
        case None | bool():
            return str(rules.exact.dumps(value))
        case _:
            return f"{value}"


_EMAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+")
_PHONE_OR_CARD = re.compile(r"(?<![\w.-])\+?\d(?: ?\d){6,}(?![\w.-])")
_MIN_PERSONAL = 2
"""Shorter texts are not searched for in others."""


def without_personal(text: Any, personal: Iterable[str] = ()) -> str:
    """Return a sentence without `personal` texts, and without what looks like an e-mail, a phone or a card."""
    shown = str(text)
    for each in sorted({each for each in personal if len(each) >= _MIN_PERSONAL}, key=len, reverse=True):
        shown = re.sub(re.escape(each), HIDDEN, shown, flags=re.IGNORECASE)
    return _PHONE_OR_CARD.sub(HIDDEN, _EMAIL.sub(HIDDEN, shown))


_SHOWN_OF_MASKED = 1


def masked(text: Any) -> str:
    """Return the mask of a personal text, for callers who may not see it."""
    whole = str(text)
    return whole[:_SHOWN_OF_MASKED] + HIDDEN if whole else ""


def host(url: str) -> str:
    """Return the scheme and host of an address: its path may name a person."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/{HIDDEN}" if parts.hostname else HIDDEN


FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "number": number,
    "cut": cut,
    "as_json": as_json,
    "as_words": as_words,
    "operation_title": operation_title,
    "words": words,
    "masked": masked,
    "host": host,
}
