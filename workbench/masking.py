"""Personal data made unrecognisable, the same value always in the same way; numbers and words of a list stay.

What is personal is known by the schema's format, by the name of a key, by its look, and by being a value that the
member is known by. What people write in their own words may say anything, so all of it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

Kind: TypeAlias = Literal["email", "phone", "card", "name", "address", "birth date", "free text"]

_EMAIL: Final = re.compile(r"[^\s@<>\"',;:()]+@[\w.-]+\.\w+")
_PHONE: Final = re.compile(r"\+\d[\d ()/-]{5,}\d")
_CARD: Final = re.compile(r"(?<![\d.])[2-6](?:[ -]?\d){14,15}(?![\d.])")
_FORMATS: Final[Mapping[str, Kind]] = {"email": "email", "idn-email": "email", "phone": "phone"}
_KEYS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("email", re.compile(r"e?mail$|email")),
    ("phone", re.compile(r"phone|mobile|msisdn|^tel$|^cell$|^fax$")),
    ("birth date", re.compile(r"birth|^dob$")),
    (
        "card",
        re.compile(
            r"card(number|no|nr|id)?$|iban|^pan$|accountnumber|passport|pesel|^ssn$|nationalid|taxid|plate(number)?$"
        ),
    ),
    (
        "name",
        re.compile(
            r"(first|last|full|middle|given|family|maiden|nick|user|customer|member|holder|buyer)name|surname|^login$"
        ),
    ),
    ("address", re.compile(r"address|street|post(al)?code|^zip|^city$|^town$|apartment|^postal$|^ip$")),
    (
        "free text",
        re.compile(r"(note|comment|message|remark|instruction|wish|complaint)s?$|feedback|dedication|^text$"),
    ),
)
_PEOPLE: Final = (
    r"customer|person|people|recipient|(card)?holder|user|contact|buyer|owner|guest|sender|receiver|passenger|attendee"
    r"|driver|patient|student|employee|cashier|friend|child(ren)?|referrer"
)
_PERSON: Final = re.compile(rf"({_PEOPLE})(s|person|by)?")
_OF_PEOPLE: Final = re.compile(rf"{_PEOPLE}|member|client")
_KEPT: Final = frozenset({"country", "countrycode", "gender"})
"""What names nobody, and rules may ask for."""

_WORDS: Final = 4
"""So many words are somebody's own; fewer are a name of something."""

_PREFIX = len("+48")

_SHORTEST = 4
"""Characters of a known value that is looked for inside longer texts."""


class Masker:
    """Masks for one member. `keeps_shape`: letters and digits are replaced one by one, for schemas with patterns."""

    def __init__(self, *, keeps_shape: bool = False) -> None:
        self._keeps_shape = keeps_shape
        self._masks: dict[str, str] = {}
        self._free_texts: set[str] = set()
        """Those of the masked that are not looked for inside other texts."""

    def known(self, value: str | None, kind: Kind) -> str | None:
        """The mask of a value that the member is known by; it is masked wherever else it stands, too."""
        return self._masked(value, kind) if value else value

    def value(self, value: Any, schema: Any = True, key: str = "") -> Any:
        """A JSON value with all that is personal masked; `schema` is its JSON Schema."""
        return self._value(value, _Schema(schema, schema), key, "", None)

    def text(self, text: str) -> str:
        """A text in which known values, e-mail addresses, phone and card numbers are masked; a long one, whole."""
        if text.casefold() in self._masks:
            return self._masks[text.casefold()]
        if len(text.split()) >= _WORDS:
            return self._masked(text, "free text")
        for known in sorted(self._masks.keys() - self._free_texts, key=len, reverse=True):
            if len(known) >= _SHORTEST and known in text.casefold():
                text = re.sub(re.escape(known), lambda _, known=known: self._masks[known], text, flags=re.IGNORECASE)  # type: ignore[misc]  # a default of a lambda
        text = _EMAIL.sub(lambda found: self._unless_mask(found[0], "email"), text)
        text = _CARD.sub(lambda found: self._masked(found[0], "card") if _is_card(found[0]) else found[0], text)
        return _PHONE.sub(lambda found: self._unless_mask(found[0], "phone"), text)

    def _value(self, value: Any, schema: "_Schema", key: str, parent: str, within: Kind | None) -> Any:
        if schema.lists(value):
            return value
        kind = schema.kind() or _kind_of(key, parent) or within
        match value:
            case dict():
                inner = kind if kind == "address" else None
                return {
                    self.text(name): self._value(
                        each, schema.part(name), name, key, None if _plain(name) in _KEPT else inner
                    )
                    for name, each in value.items()
                }
            case list():
                return [self._value(each, schema.items(), key, parent, within) for each in value]
            case str() if kind is not None and value.strip():
                return self._masked(value, kind)
            case str():
                return self.text(value)
            case bool() | None:
                return value
            case int() if kind in ("phone", "card"):
                return int(_digits(str(value), len(self._masks) + 1))
            case _:
                return value

    def _unless_mask(self, text: str, kind: Kind) -> str:
        return text if text in self._masks.values() else self._masked(text, kind)

    def _masked(self, value: str, kind: Kind) -> str:
        known = value.casefold()
        if known not in self._masks:
            number = len(self._masks) + 1
            if kind == "free text":
                self._free_texts.add(known)
            self._masks[known] = _shaped(value, kind, number) if self._keeps_shape else _made(value, kind, number)
        return self._masks[known]


def _kind_of(key: str, parent: str) -> Kind | None:
    plain = _plain(key)
    if plain in _KEPT:
        return None
    if _PERSON.fullmatch(plain) or (plain == "name" and (not parent or _OF_PEOPLE.search(_plain(parent)))):
        return "name"
    return next((kind for kind, pattern in _KEYS if pattern.search(plain)), None)


def _is_card(digits: str) -> bool:
    """Whether the last digit is the one that banks reckon from the others (Luhn), so that an order's number stays."""
    backwards = [int(character) for character in reversed(digits) if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in backwards[1::2]]
    return (sum(backwards[::2]) + sum(doubled)) % 10 == 0


def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _made(value: str, kind: Kind, number: int) -> str:
    """A value that reads as what it stands for."""
    match kind:
        case "email":
            return f"person{number}@example.com"
        case "name":
            return f"Name{_letters(number)}"
        case "free text":
            return f"Text{_letters(number)}"
        case "birth date" if re.match(r"\d{4}-\d\d-\d\d", value):
            return f"{value[:4]}-01-01{value[10:]}"
        case "address" if not any(character.isdigit() for character in value):
            return f"Place{_letters(number)}"
        case _:
            return _shaped(value, kind, number)


def _shaped(value: str, kind: Kind, number: int) -> str:
    """A value of the same look: its letters x, its digits a number of no meaning. A country's prefix stays."""
    if kind == "phone" and value.startswith("+"):
        return value[:_PREFIX] + _shaped(value[_PREFIX:], kind, number)
    masked = "".join("X" if c.isupper() else "x" if c.isalpha() else c for c in value)
    digits = iter(_digits("".join(c for c in masked if c.isdigit()), number))
    return "".join(next(digits) if c.isdigit() else c for c in masked)


def _digits(digits: str, number: int) -> str:
    """As many digits, of which the first is no 0."""
    count = sum(character.isdigit() for character in digits)
    return ("1" + str(number % 10 ** max(count - 1, 1)).zfill(max(count - 1, 0)))[:count]


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


class _Schema:
    """What a JSON Schema says of one value, through references and alternatives."""

    def __init__(self, schema: Any, root: Any) -> None:
        self._root = root
        self._options = [option for option in self._resolved(schema, 0) if isinstance(option, Mapping)]

    def _resolved(self, schema: Any, depth: int) -> Iterator[Any]:
        if not isinstance(schema, Mapping) or depth > 8:
            return
        yield schema
        if isinstance(schema.get("$ref"), str):
            yield from self._resolved(self._at(schema["$ref"]), depth + 1)
        for word in ("anyOf", "oneOf", "allOf"):
            for option in schema.get(word, ()):
                yield from self._resolved(option, depth + 1)

    def _at(self, reference: str) -> Any:
        found = self._root
        for step in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        return found

    def kind(self) -> Kind | None:
        return next((_FORMATS[o["format"]] for o in self._options if o.get("format") in _FORMATS), None)

    def lists(self, value: Any) -> bool:
        """Whether a value is one of the words that the schema lists."""
        listed = [each for option in self._options for each in (*option.get("enum", ()), *_const(option))]
        return any(each == value and type(each) is type(value) for each in listed)

    def part(self, name: str) -> "_Schema":
        found = [o["properties"][name] for o in self._options if name in o.get("properties", {})]
        return _Schema({"anyOf": found}, self._root)

    def items(self) -> "_Schema":
        return _Schema({"anyOf": [o["items"] for o in self._options if "items" in o]}, self._root)


def _const(option: Mapping[str, Any]) -> tuple[Any, ...]:
    return (option["const"],) if "const" in option else ()
