"""The steps that operators charge before they convert, compare, search or copy values, by the size of these."""

from rules.bounds import STEPS
from rules.values import Json

ELEMENT = 4
"""Steps for an element of an array that becomes text: as expensive as evaluating some operators."""

CHARACTERS = 64
"""Characters that are compared or searched in one step."""

ELEMENTS = 4
"""Elements of an array that are searched in one step."""


def comparison(left: Json, right: Json, *third: Json) -> int:
    """Return the steps of comparing values: texts per character, an array like a text as long as the other one."""
    match left, right:
        case str(), str():
            steps = min(len(left), len(right)) // CHARACTERS
        case (str() as text, list()) | (list(), str() as text):
            steps = ELEMENT * len(text)
        case list(), list():
            steps = array_to_text(left) + array_to_text(right)
        case _:
            steps = 0
    return steps + comparison(right, *third) if third else steps


def equality(left: Json, right: Json) -> int:
    """Return the steps of `comparison`, but none for two arrays, which are equal only if they are the same one."""
    return 0 if isinstance(left, list) and isinstance(right, list) else comparison(left, right)


def text(*values: Json) -> int:
    """Return the steps of making a text of values: a step for each character."""
    return sum(
        len(value) if isinstance(value, str) else array_to_text(value) if isinstance(value, list) else 1
        for value in values
    )


def paths(*values: Json) -> int:
    """Return the steps of looking up paths that are computed."""
    return ELEMENT * len(values) + text(*values)


def search(needle: Json, haystack: Json) -> int:
    """Return the steps of looking for a value in a text or an array, or at the start or the end of a text."""
    steps = sought(needle)
    if isinstance(haystack, str):
        return steps + len(haystack) // CHARACTERS
    return steps + len(haystack) // ELEMENTS if isinstance(haystack, list) else steps


def sought(needle: Json) -> int:
    """Return the steps of looking for a value in a constant, whose size the rule has paid for."""
    return array_to_text(needle) if isinstance(needle, list) else 0


def start_or_end(value: Json, sought: Json) -> int:
    """Return the steps of comparing the start or the end of a text."""
    return sum(
        len(each) // CHARACTERS if isinstance(each, str) else array_to_text(each) if isinstance(each, list) else 0
        for each in (value, sought)
    )


def merge(*values: Json) -> int:
    """Return the steps of joining arrays."""
    return sum(len(value) if isinstance(value, list) else 1 for value in values)


def array_to_text(array: list[Json]) -> int:
    """Return the steps of converting an array to text; counting stops beyond any possible budget."""
    steps, pending = 0, [array]
    while pending and steps <= STEPS:
        part = pending.pop()
        steps += 1 + ELEMENT * len(part)
        if steps > STEPS:
            break
        for element in part:
            if isinstance(element, str):
                steps += len(element)
            elif isinstance(element, list):
                pending.append(element)
    return steps
