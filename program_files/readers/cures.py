"""Cures for values in the notation of other systems: other words, numbers in quotes, `30 days` for `30d`."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from program_files.grammar.events import EVENT_TYPE
from program_files.grammar.rewards import REWARD
from program_files.grammar.values import MapGrammar, NameValue, RuleValue, UrlValue
from program_files.schemas.keywords import KEYWORDS
from program_files.text.nodes import Node
from rules import exact

_NUMBER: Final = re.compile(r"(0|[1-9]\d{0,11})(\.\d{1,6})?")
_SPAN: Final = re.compile(r"(\d{1,6})[ _-]*([a-z]+)")
_UNITS: Final = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("min", "mins", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "mo": ("mo", "month", "months"),
    "y": ("y", "yr", "year", "years"),
}
_UNIT_OF: Final = {word: unit for unit, words in _UNITS.items() for word in words}

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("always", "forever", "infinite", "many"), ("unlimited", "ever", "all")),
    **dict.fromkeys(("total", "lifetime"), ("ever",)),
    "count": ("events",),
    "floor": ("down",),
    "ceil": ("up",),
    "ceiling": ("up",),
    "nearest": ("half_up",),
    "half": ("half_up",),
    "bankers": ("half_even",),
    **dict.fromkeys(("customer", "user", "each"), ("member",)),
    **dict.fromkeys(("global", "all", "everyone", "store", "campaign"), ("program",)),
    "percent": ("percentage",),
    **dict.fromkeys(("spent_amount", "amount_spent", "spending", "revenue", "turnover"), ("spend",)),
    **dict.fromkeys(("amount", "fixed", "value"), ("money",)),
}
"""Words of other systems for the values of a key."""

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("amount", "quantity"), ("points", "gross_value")),
    **dict.fromkeys(("max", "count", "limit"), ("times",)),
    **dict.fromkeys(("if", "condition", "conditions"), ("when",)),
    **dict.fromkeys(("effects", "actions", "do"), ("then",)),
    **dict.fromkeys(("trigger", "event"), ("on",)),
    **dict.fromkeys(("schema", "payload"), ("body",)),
    **dict.fromkeys(("expires", "lifetime"), ("valid",)),
    **dict.fromkeys(("rounding", "precision"), ("round",)),
    "period": ("every", "window"),
    **dict.fromkeys(("price", "value"), ("gross_value",)),
    "target": ("goal",),
}
"""Names of keys in other systems."""

_ELSEWHERE: Final[Mapping[MapGrammar, Mapping[str, str]]] = {
    REWARD: {"stock": "how many are left is set in the store, not in files"},
    EVENT_TYPE: {name: "the JSON Schema stands under body" for name in KEYWORDS if name != "title"},
}
"""Keys that belong elsewhere, by the map in which they are often written."""


def key_cure(key: str, absent: Iterable[str], grammar: MapGrammar) -> str | None:
    """Return the key for a name of another system; None: it is unknown."""
    names = list(absent)
    first = grammar.keys[0]
    if key in ("name", "id") and first.name in names and isinstance(first.value, NameValue):
        return first.name
    return next((each for each in _KEYS.get(key, ()) if each in names), None)


def key_hint(key: str, grammar: MapGrammar) -> str | None:
    """Return where to write something that is not a key of a map."""
    return _ELSEWHERE.get(grammar, {}).get(key)


def word_cure(word: str, known: Iterable[str]) -> str | None:
    """Return the word for one of another system; None: it is unknown."""
    words = list(known)
    return next((each for each in _WORDS.get(word.lower(), ()) if each in words), None)


def number_cure(node: Node) -> str | None:
    """Return the number in a text; None: it has none."""
    return node.value if isinstance(node.value, str) and _NUMBER.fullmatch(node.value) else None


def duration_cure(text: str) -> str | None:
    """Return a duration in our notation; None: the text is not a known form."""
    found = _SPAN.fullmatch(text.strip().lower())
    unit = None if found is None else _UNIT_OF.get(found[2])
    return None if found is None or unit is None else f"{int(found[1])}{unit}"


def map_cure(node: Node, grammar: MapGrammar) -> str | None:
    """Return the map for a value that stands where a map with one required key is needed; None: it does not fit."""
    if len(grammar.required) != 1:
        return None
    (name,) = grammar.required
    kind, value = grammar.by_name[name].value, node.value
    if isinstance(kind, UrlValue) and isinstance(value, str) and value.startswith("https://"):
        return f"{{{name}: {exact.dumps(value)}}}"
    is_rule = isinstance(kind, RuleValue) and kind.result == "a number"
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0
    return f"{{{name}: {exact.dumps(value)}}}" if is_number and is_rule else None


def list_cure(node: Node) -> str | None:
    """Return the list of a name that stands alone; None: it is not a name."""
    is_name = isinstance(node.value, str) and re.fullmatch(NameValue.pattern, node.value)
    return f"[{node.value}]" if is_name else None


def only_text(node: Node) -> str | None:
    """Return the only text in a list or a map, where a text is required; None: there are others."""
    items = node.value if isinstance(node.value, list) else list(node.entries.values())
    texts = [each.value for each in items if isinstance(each.value, str)]
    return texts[0] if len(texts) == len(items) == 1 and re.fullmatch(NameValue.pattern, texts[0]) else None
