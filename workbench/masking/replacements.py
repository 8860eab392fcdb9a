"""Candidates for the text that replaces a masked one, in order of preference, until one fits the schema."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

Fits: TypeAlias = Callable[[str], bool]
"""Returns whether the body satisfies its schema with a candidate in place of a masked value."""

ReplacementKind: TypeAlias = Literal["text", "number", "date"]

_SHAPES: Final = 30
"""The number of variants of a shape."""

_MAX_REBUILT: Final = 200
"""The most characters of a text that is replaced character by character; a longer text has no such candidate."""


@dataclass(slots=True)
class Replacement:
    """The replacement of one value; `text` is None until it is chosen."""

    original: str
    number: int
    """A number that is different for each value."""
    kind: ReplacementKind
    label: str
    """The beginning of a readable replacement, such as `Name`."""
    path: str
    """Where the value was first found, for a message."""
    literal: str = ""
    """A part of the original that rules search for: it stays, at the beginning or at the end."""
    keeps_year: bool = False
    text: str | None = None

    def candidates(self, fits: Fits) -> Iterator[str]:
        """Yield replacements in order of preference."""
        match self.kind:
            case "number":
                yield from shapes(self.original, self.number)
                yield from _rebuilt(self.original, self.number, fits)
            case "date":
                yield _first_of_january(self.original, keeps_year=self.keeps_year)
                yield from text_candidates(self.original, self.number, self.label, fits)
            case "text":
                if self.literal:
                    yield from self._around_literal(fits)
                yield from text_candidates(self.original, self.number, self.label, fits)
            case _:
                assert_never(self.kind)

    def _around_literal(self, fits: Fits) -> Iterator[str]:
        is_first = self.original.startswith(self.literal)
        rest = self.original.removeprefix(self.literal) if is_first else self.original.removesuffix(self.literal)
        for each in text_candidates(rest, self.number, "", fits):
            yield f"{self.literal}{each}" if is_first else f"{each}{self.literal}"


def text_candidates(text: str, number: int, label: str, fits: Fits) -> Iterator[str]:
    """Yield replacements of a text, distinct for each `number`: a readable one, its shape, its characters."""
    if "@" in text:
        yield f"person{number}@example.com"
    if any(character.isdigit() for character in text) and not any(character.isalpha() for character in text):
        yield from shapes(text, number)
    yield f"{label}{_letters(number)}"
    yield from shapes(text, number)
    if len(text) <= _MAX_REBUILT:
        yield from _rebuilt(text, number, fits)


def _first_of_january(text: str, *, keeps_year: bool) -> str:
    """Return the start of a date's year, or of 2000, in the form of the date; what follows it has zeros as digits."""
    year = text[:4] if keeps_year else "2000"
    return f"{year}-01-01" + "".join("0" if character.isdigit() else character for character in text[10:])


def shapes(text: str, number: int) -> Iterator[str]:
    """Yield texts of the same length and look: other digits, and `x` or `X` for letters but the last, which vary."""
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    for variant in range(number, number + _SHAPES):
        new_digits = iter(_digits(digits, variant))
        new_letters = iter(_letters(variant).lower()[-letters:].rjust(letters, "x") if letters else "")
        yield "".join(
            next(new_digits)
            if character.isdigit()
            else _in_case_of(character, next(new_letters))
            if character.isalpha()
            else character
            for character in text
        )


def _rebuilt(text: str, number: int, fits: Fits) -> Iterator[str]:
    """Yield texts in which every character is replaced that the schema lets be another, one by one.

    What stays is in the schema's pattern, such as the letters of `^ORD-[0-9]+$`.
    """
    for variant in range(number, number + _SHAPES):
        rebuilt = list(text)
        for index, character in enumerate(text):
            options = (each for each in _alternatives(character, variant + index) if each != character)
            rebuilt[index] = next(
                (each for each in options if fits(f"{text[:index]}{each}{text[index + 1 :]}")), character
            )
        yield "".join(rebuilt)


def _alternatives(character: str, number: int) -> Iterator[str]:
    """Yield other characters of the same kind, from one that `number` chooses."""
    if character.isdigit():
        yield from (str((number + step) % 10) for step in range(10))
    elif character.isalpha() and character.isascii():
        first = "A" if character.isupper() else "a"
        yield from (chr(ord(first) + (number + step) % 26) for step in range(26))
    elif character.isalpha():
        near = (chr(ord(character) + distance) for distance in (1, 2, 3, 4, -1, -2, -3, -4))
        yield from (each for each in near if each.isalpha())


def _digits(count: int, number: int) -> str:
    """Return this many digits, starting with one that is not 0."""
    smallest = 10 ** max(count - 1, 0)
    return str(smallest + number % (9 * smallest))[:count]


def _letters(number: int) -> str:
    """Return A, B, ... Z, AA, AB, ... for 1, 2, ..."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _in_case_of(character: str, letter: str) -> str:
    return letter.upper() if character.isupper() else letter
