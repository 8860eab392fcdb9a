"""What every operator does, for a person: the operators' part of docs/rules.md is made of it, and editors show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rules.expression import Operator
from rules.operators import OPERATORS


@dataclass(frozen=True, slots=True)
class OperatorManual:
    """One operator: what it does, what it takes and gives, and an example in JSON that a test runs."""

    does: str
    takes: str
    gives: str
    rule: str
    result: str
    data: str = "{}"


FAMILIES: Final[Mapping[str, Mapping[str, OperatorManual]]] = {
    "Looking things up": {
        "var": OperatorManual(
            "What lies at a path: a text with dots, `a.b.0`. The second operand is the value where nothing is there; "
            "`null` that is there stays `null`. An empty path is everything, or the element inside `map` and its "
            "like. A path that is itself computed cannot be checked: its value may be anything.",
            "a path, a default",
            "what is there",
            '{"var": ["event.body.total", 0]}',
            "12",
            '{"event": {"body": {"total": 12}}}',
        ),
        "missing": OperatorManual(
            "Which of the paths lead to nothing, `null` or an empty text. As a condition: true when something is "
            "missing.",
            "paths",
            "an array of text",
            '{"missing": ["email", "phone"]}',
            '["phone"]',
            '{"email": "a@b.c"}',
        ),
        "missing_some": OperatorManual(
            "As `missing`, but nothing is missing when at least so many of the paths lead somewhere.",
            "a number, an array of paths",
            "an array of text",
            '{"missing_some": [1, ["email", "phone"]]}',
            "[]",
            '{"email": "a@b.c"}',
        ),
    },
    "Choosing": {
        "if": OperatorManual(
            "The value after the first condition that holds, else the last operand, else `null`: `if, then, else if, "
            "then, else`.",
            "any",
            "what is chosen",
            '{"if": [{">": [{"var": "total"}, 100]}, "big", {">": [{"var": "total"}, 10]}, "medium", "small"]}',
            '"medium"',
            '{"total": 12}',
        ),
        "and": OperatorManual(
            "The first operand that is falsy, else the last. What follows an operand may rely on it.",
            "any",
            "one of them",
            '{"and": [{"var": "coupon"}, {"starts_with": [{"var": "coupon"}, "VIP"]}]}',
            "true",
            '{"coupon": "VIP-1"}',
        ),
        "or": OperatorManual(
            "The first operand that is truthy, else the last.",
            "any",
            "one of them",
            '{"or": [{"var": "nickname"}, "friend"]}',
            '"friend"',
            '{"nickname": ""}',
        ),
        "!": OperatorManual(
            "Whether the operand is falsy.",
            "any",
            "true or false",
            '{"!": [{"var": "items"}]}',
            "true",
            '{"items": []}',
        ),
        "!!": OperatorManual(
            "Whether the operand is truthy.",
            "any",
            "true or false",
            '{"!!": [{"var": "coupon"}]}',
            "true",
            '{"coupon": "A"}',
        ),
    },
    "Comparing": {
        "==": OperatorManual(
            "Whether two values are equal. Missing is equal to `null` alone.",
            "two texts, numbers, truth values or dates",
            "true or false",
            '{"==": [{"var": "channel"}, "web"]}',
            "true",
            '{"channel": "web"}',
        ),
        "===": OperatorManual(
            "As `==`, and never converts: the one to use on what may be anything.",
            "two texts, numbers, truth values or dates",
            "true or false",
            '{"===": [{"var": "level"}, 3]}',
            "false",
            '{"level": "3"}',
        ),
        "!=": OperatorManual(
            "Whether two values differ.",
            "two texts, numbers, truth values or dates",
            "true or false",
            '{"!=": [{"var": "coupon"}, null]}',
            "true",
            '{"coupon": "A"}',
        ),
        "!==": OperatorManual(
            "As `!=`, and never converts.",
            "two texts, numbers, truth values or dates",
            "true or false",
            '{"!==": [{"var": "level"}, 3]}',
            "true",
            '{"level": "3"}',
        ),
        ">": OperatorManual(
            "Whether the first is greater.",
            "two numbers, texts or dates",
            "true or false",
            '{">": [{"var": "total"}, 20]}',
            "false",
            '{"total": 12}',
        ),
        ">=": OperatorManual(
            "Whether the first is greater or equal.",
            "two numbers, texts or dates",
            "true or false",
            '{">=": [{"var": "total"}, 12]}',
            "true",
            '{"total": 12}',
        ),
        "<": OperatorManual(
            "Whether the first is less; with three operands, whether the second lies between.",
            "two or three numbers, texts or dates",
            "true or false",
            '{"<": [10, {"var": "total"}, 20]}',
            "true",
            '{"total": 12}',
        ),
        "<=": OperatorManual(
            "Whether the first is less or equal; with three operands, whether the second lies between or on an end.",
            "two or three numbers, texts or dates",
            "true or false",
            '{"<=": [10, {"var": "total"}, 20]}',
            "true",
            '{"total": 10}',
        ),
        "in": OperatorManual(
            "Whether an array has an element, strictly equal, or a text a part.",
            "a value and an array, or two texts",
            "true or false",
            '{"in": [{"var": "tier"}, ["silver", "gold"]]}',
            "true",
            '{"tier": "gold"}',
        ),
    },
    "Numbers": {
        "+": OperatorManual(
            "The sum. Exact: `0.1 + 0.2` is `0.3`. With one operand, a text as a number.",
            "numbers",
            "a number",
            '{"+": [0.1, 0.2]}',
            "0.3",
        ),
        "-": OperatorManual(
            "The difference; with one operand, its negative.",
            "numbers",
            "a number",
            '{"-": [{"var": "total"}, 1.1]}',
            "3.9",
            '{"total": 5}',
        ),
        "*": OperatorManual(
            "The product.", "numbers", "a number", '{"*": [{"var": "total"}, 0.1]}', "1.2", '{"total": 12}'
        ),
        "/": OperatorManual(
            "The quotient, to 34 digits; `null` when the divisor is 0. Guard a divisor that may be 0 by its truth: "
            "`if` it, then divide.",
            "two numbers",
            "a number, or null",
            '{"/": [{"var": "total"}, 8]}',
            "0.125",
            '{"total": 1}',
        ),
        "%": OperatorManual(
            "What division leaves, with the sign of the dividend; `null` when the divisor is 0.",
            "two numbers",
            "a number, or null",
            '{"%": [-7, 3]}',
            "-1",
        ),
        "min": OperatorManual(
            "The least.", "numbers", "a number", '{"min": [{"var": "total"}, 100]}', "100", '{"total": 250}'
        ),
        "max": OperatorManual(
            "The greatest.", "numbers", "a number", '{"max": [{"var": "total"}, 0]}', "0", '{"total": -3}'
        ),
    },
    "Arrays": {
        "map": OperatorManual(
            "What the second operand is worth for every element.",
            "an array, any",
            "an array",
            '{"map": [{"var": "items"}, {"var": "price"}]}',
            "[2, 5]",
            '{"items": [{"price": 2}, {"price": 5}]}',
        ),
        "filter": OperatorManual(
            "The elements for which the second operand is truthy.",
            "an array, any",
            "an array",
            '{"filter": [{"var": "prices"}, {">": [{"var": ""}, 3]}]}',
            "[5]",
            '{"prices": [2, 5]}',
        ),
        "reduce": OperatorManual(
            "The second operand, again for every element as `current`, with its last value as `accumulator`; the "
            "third is the first `accumulator`.",
            "an array, any, any",
            "what is accumulated",
            '{"reduce": [{"var": "items"}, {"+": [{"var": "accumulator"}, {"*": [{"var": "current.price"}, {"var": '
            '"current.quantity"}]}]}, 0]}',
            "8",
            '{"items": [{"price": 2.5, "quantity": 2}, {"price": 1, "quantity": 3}]}',
        ),
        "all": OperatorManual(
            "Whether the second operand is truthy for every element. False when there are none.",
            "an array, any",
            "true or false",
            '{"all": [{"var": "prices"}, {">": [{"var": ""}, 1]}]}',
            "true",
            '{"prices": [2, 5]}',
        ),
        "some": OperatorManual(
            "Whether the second operand is truthy for an element.",
            "an array, any",
            "true or false",
            '{"some": [{"var": "items"}, {"==": [{"var": "sku"}, "mug"]}]}',
            "true",
            '{"items": [{"sku": "tea"}, {"sku": "mug"}]}',
        ),
        "none": OperatorManual(
            "Whether the second operand is truthy for no element. True when there are none.",
            "an array, any",
            "true or false",
            '{"none": [{"var": "prices"}, {"<": [{"var": ""}, 0]}]}',
            "true",
            '{"prices": [2, 5]}',
        ),
        "merge": OperatorManual(
            "One array of all elements of arrays; what is no array becomes an element.",
            "any",
            "an array",
            '{"merge": [[1, 2], 3]}',
            "[1, 2, 3]",
        ),
        "log": OperatorManual(
            "The operand itself. Nothing is written: an evaluation touches nothing, and its trace shows every value "
            "anyway.",
            "any",
            "the same",
            '{"log": [{"var": "total"}]}',
            "12",
            '{"total": 12}',
        ),
    },
    "Text": {
        "cat": OperatorManual(
            "All operands as one text; a number without idle zeros.",
            "texts or numbers",
            "text",
            '{"cat": ["Order ", {"var": "number"}, ": ", 2.5]}',
            '"Order 7: 2.5"',
            '{"number": 7}',
        ),
        "substr": OperatorManual(
            "From a place (from the end when negative), so many characters (all but so many when negative).",
            "text, a number, a number",
            "text",
            '{"substr": ["loyalty", 0, -2]}',
            '"loyal"',
        ),
        "lower": OperatorManual(
            "In small letters.", "text", "text", '{"lower": [{"var": "code"}]}', '"vip"', '{"code": "VIP"}'
        ),
        "upper": OperatorManual(
            "In capitals.", "text", "text", '{"upper": [{"var": "code"}]}', '"VIP"', '{"code": "vip"}'
        ),
        "starts_with": OperatorManual(
            "Whether a text starts with another.",
            "two texts",
            "true or false",
            '{"starts_with": [{"var": "sku"}, "tea-"]}',
            "true",
            '{"sku": "tea-green"}',
        ),
        "ends_with": OperatorManual(
            "Whether a text ends with another.",
            "two texts",
            "true or false",
            '{"ends_with": [{"var": "email"}, "@example.com"]}',
            "true",
            '{"email": "a@example.com"}',
        ),
        "length": OperatorManual(
            "How many characters or elements.",
            "text or an array",
            "a number",
            '{"length": [{"var": "items"}]}',
            "3",
            '{"items": [1, 2, 3]}',
        ),
    },
    "Dates": {
        "date": OperatorManual(
            "The instant an ISO 8601 text names; in the program's time zone where the text names none; `null` when it"
            " is no date.",
            "text or a date",
            "a date, or null",
            '{"<": [{"date": "2026-01-31"}, {"date": {"var": "sent"}}]}',
            "true",
            '{"sent": "2026-02-01T10:00:00Z"}',
        ),
        "year": OperatorManual(
            "The year, in the program's time zone.", "a date", "a number", '{"year": [{"date": "2026-02-01"}]}', "2026"
        ),
        "month": OperatorManual(
            "The month, 1 to 12, in the program's time zone.",
            "a date",
            "a number",
            '{"month": [{"date": "2026-02-01"}]}',
            "2",
        ),
        "day": OperatorManual(
            "The day of the month, in the program's time zone.",
            "a date",
            "a number",
            '{"day": [{"date": "2026-02-01"}]}',
            "1",
        ),
        "hour": OperatorManual(
            "The hour, 0 to 23, in the program's time zone.",
            "a date",
            "a number",
            '{"hour": [{"date": "2026-02-01T15:30:00"}]}',
            "15",
        ),
        "weekday": OperatorManual(
            "`monday` to `sunday`, in the program's time zone.",
            "a date",
            "text",
            '{"weekday": [{"date": "2026-02-01"}]}',
            '"sunday"',
        ),
        "days_between": OperatorManual(
            "Calendar days from the first to the second, in the program's time zone: midnights between them.",
            "two dates",
            "a number",
            '{"days_between": [{"date": "2026-02-01T23:00:00"}, {"date": "2026-02-02T01:00:00"}]}',
            "1",
        ),
    },
}
MANUAL: Final[Mapping[str, OperatorManual]] = {
    name: entry for family in FAMILIES.values() for name, entry in family.items()
}


def operand_count(operator: Operator) -> str:
    """How many operands it takes, in words."""
    if operator.most is None:
        return f"{operator.least} operands or more"
    span = str(operator.least) if operator.least == operator.most else f"{operator.least} to {operator.most}"
    return f"{span} operand{'' if span == '1' else 's'}"


def markdown() -> str:
    """The chapters of `docs/rules.md` that tell of the operators."""
    named = {operator.name: operator for operator in OPERATORS}
    return "\n".join(
        f"## {family}\n\n" + "\n".join(_section(named[name], entry) for name, entry in entries.items())
        for family, entries in FAMILIES.items()
    )


def _section(operator: Operator, entry: OperatorManual) -> str:
    names = " or ".join(f"`{name}`" for name in (operator.name, *operator.aliases))
    takes = f"{operand_count(operator)}: {entry.takes} → {entry.gives}."
    example = f'{{"rule": {entry.rule},\n "data": {entry.data}, "result": {entry.result}}}'
    return f"### {names}\n\n{entry.does}\n\n{takes}\n\n```json\n{example}\n```\n"
