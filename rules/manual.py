"""The manual of operators: editors show it, and `rules.manual_page` makes a part of docs/rules.md of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class OperatorManual:
    """One operator: what it does, its operands and result in words, and an example in JSON that a test runs."""

    does: str
    takes: str
    gives: str
    rule: str
    result: str
    data: str = "{}"


FAMILIES: Final[Mapping[str, Mapping[str, OperatorManual]]] = {
    "Looking things up": {
        "var": OperatorManual(
            "The value at a path: names and indexes separated by dots, as in `a.b.0`. The second operand is the "
            "default, used if the path does not exist; a `null` that exists stays `null`. An empty path is all "
            "data, or the element inside `map` and the other loops. A computed path cannot be checked: its value "
            "may be anything.",
            "a path, a default",
            "the value at the path",
            '{"var": ["event.body.total", 0]}',
            "12",
            '{"event": {"body": {"total": 12}}}',
        ),
        "missing": OperatorManual(
            "Those of the paths that do not exist or whose value is `null` or an empty text. As a condition: true "
            "if any is missing.",
            "paths",
            "an array of text",
            '{"missing": ["email", "phone"]}',
            '["phone"]',
            '{"email": "a@b.c"}',
        ),
        "missing_some": OperatorManual(
            "Like `missing`, but the result is empty if at least the given number of paths have a value.",
            "a number, an array of paths",
            "an array of text",
            '{"missing_some": [1, ["email", "phone"]]}',
            "[]",
            '{"email": "a@b.c"}',
        ),
    },
    "Choosing": {
        "if": OperatorManual(
            "The operand after the first condition that holds, otherwise the last operand, otherwise `null`: `if, "
            "then, else if, then, else`.",
            "any",
            "the chosen operand",
            '{"if": [{">": [{"var": "total"}, 100]}, "big", {">": [{"var": "total"}, 10]}, "medium", "small"]}',
            '"medium"',
            '{"total": 12}',
        ),
        "and": OperatorManual(
            "The first falsy operand, otherwise the last. Later operands may rely on the earlier ones being true.",
            "any",
            "one of the operands",
            '{"and": [{"var": "coupon"}, {"starts_with": [{"var": "coupon"}, "VIP"]}]}',
            "true",
            '{"coupon": "VIP-1"}',
        ),
        "or": OperatorManual(
            "The first truthy operand, otherwise the last.",
            "any",
            "one of the operands",
            '{"or": [{"var": "nickname"}, "friend"]}',
            '"friend"',
            '{"nickname": ""}',
        ),
        "??": OperatorManual(
            "The first operand that is not `null`, otherwise `null`. A missing value is `null`, too: "
            '`{"??": [{"var": "event.body.tip"}, 0]}` is 0 for both.',
            "any",
            "one of the operands",
            '{"??": [{"var": "tip"}, 0]}',
            "0",
            '{"tip": null}',
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
            "Whether two values are equal. A missing value is equal only to `null`.",
            "two texts, numbers, booleans or dates",
            "true or false",
            '{"==": [{"var": "channel"}, "web"]}',
            "true",
            '{"channel": "web"}',
        ),
        "===": OperatorManual(
            "Like `==`, without conversions: use it for values that may be anything.",
            "two texts, numbers, booleans or dates",
            "true or false",
            '{"===": [{"var": "level"}, 3]}',
            "false",
            '{"level": "3"}',
        ),
        "!=": OperatorManual(
            "Whether two values are different.",
            "two texts, numbers, booleans or dates",
            "true or false",
            '{"!=": [{"var": "coupon"}, null]}',
            "true",
            '{"coupon": "A"}',
        ),
        "!==": OperatorManual(
            "Like `!=`, without conversions.",
            "two texts, numbers, booleans or dates",
            "true or false",
            '{"!==": [{"var": "level"}, 3]}',
            "true",
            '{"level": "3"}',
        ),
        ">": OperatorManual(
            "Whether the first operand is greater.",
            "two numbers, texts or dates",
            "true or false",
            '{">": [{"var": "total"}, 20]}',
            "false",
            '{"total": 12}',
        ),
        ">=": OperatorManual(
            "Whether the first operand is greater or equal.",
            "two numbers, texts or dates",
            "true or false",
            '{">=": [{"var": "total"}, 12]}',
            "true",
            '{"total": 12}',
        ),
        "<": OperatorManual(
            "Whether the first operand is less; with three operands, whether the second is between the others.",
            "two or three numbers, texts or dates",
            "true or false",
            '{"<": [10, {"var": "total"}, 20]}',
            "true",
            '{"total": 12}',
        ),
        "<=": OperatorManual(
            "Whether the first operand is less or equal; with three operands, whether the second is between the "
            "others or equal to one.",
            "two or three numbers, texts or dates",
            "true or false",
            '{"<=": [10, {"var": "total"}, 20]}',
            "true",
            '{"total": 10}',
        ),
        "in": OperatorManual(
            "Whether an array contains a value (compared as by `===`), or a text contains another text. In what may be "
            "anything, such as a free attribute, it looks up text; the result is false if that is neither.",
            "a value and an array, or two texts",
            "true or false",
            '{"in": [{"var": "tier"}, ["silver", "gold"]]}',
            "true",
            '{"tier": "gold"}',
        ),
    },
    "Numbers": {
        "+": OperatorManual(
            "The sum. It is exact: `0.1 + 0.2` is `0.3`. In rules that are not checked, one text becomes a number.",
            "numbers",
            "a number",
            '{"+": [0.1, 0.2]}',
            "0.3",
        ),
        "-": OperatorManual(
            "The first operand less all others; with one operand, its negation.",
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
            "The first operand divided by each of the others in turn, to 34 digits; with one operand, 1 divided by it. "
            "`null` if a divisor is 0. Guard a divisor that may be 0 by its truth: "
            '`{"if": [D, {"/": [N, D]}, 0]}`.',
            "numbers",
            "a number, or null",
            '{"/": [{"var": "total"}, 8]}',
            "0.125",
            '{"total": 1}',
        ),
        "%": OperatorManual(
            "The remainder of a division, with the sign of the dividend; `null` if the divisor is 0. With more "
            "operands, that is divided by the next.",
            "numbers",
            "a number, or null",
            '{"%": [-7, 3]}',
            "-1",
        ),
        "min": OperatorManual(
            "The smallest operand.", "numbers", "a number", '{"min": [{"var": "total"}, 100]}', "100", '{"total": 250}'
        ),
        "max": OperatorManual(
            "The largest operand.", "numbers", "a number", '{"max": [{"var": "total"}, 0]}', "0", '{"total": -3}'
        ),
    },
    "Arrays": {
        "map": OperatorManual(
            "The values of the second operand, evaluated for every element.",
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
            "Evaluates the second operand for every element, with the element as `current` and the previous result as "
            "`accumulator`. The third operand is the first `accumulator`.",
            "an array, any, any",
            "the last accumulator",
            '{"reduce": [{"var": "items"}, {"+": [{"var": "accumulator"}, {"*": [{"var": "current.price"}, {"var": '
            '"current.quantity"}]}]}, 0]}',
            "8",
            '{"items": [{"price": 2.5, "quantity": 2}, {"price": 1, "quantity": 3}]}',
        ),
        "all": OperatorManual(
            "Whether the second operand is truthy for every element. False for an empty array.",
            "an array, any",
            "true or false",
            '{"all": [{"var": "prices"}, {">": [{"var": ""}, 1]}]}',
            "true",
            '{"prices": [2, 5]}',
        ),
        "some": OperatorManual(
            "Whether the second operand is truthy for at least one element.",
            "an array, any",
            "true or false",
            '{"some": [{"var": "items"}, {"==": [{"var": "sku"}, "mug"]}]}',
            "true",
            '{"items": [{"sku": "tea"}, {"sku": "mug"}]}',
        ),
        "none": OperatorManual(
            "Whether the second operand is truthy for no element. True for an empty array.",
            "an array, any",
            "true or false",
            '{"none": [{"var": "prices"}, {"<": [{"var": ""}, 0]}]}',
            "true",
            '{"prices": [2, 5]}',
        ),
        "merge": OperatorManual(
            "Joins arrays into one. An operand that is not an array becomes an element.",
            "any",
            "an array",
            '{"merge": [[1, 2], 3]}',
            "[1, 2, 3]",
        ),
        "log": OperatorManual(
            "The operand itself. Nothing is logged, as rules have no side effects; an explanation shows the values "
            "anyway.",
            "any",
            "the operand",
            '{"log": [{"var": "total"}]}',
            "12",
            '{"total": 12}',
        ),
    },
    "Text": {
        "cat": OperatorManual(
            "Joins all operands to one text; numbers without trailing zeros.",
            "texts or numbers",
            "text",
            '{"cat": ["Order ", {"var": "number"}, ": ", 2.5]}',
            '"Order 7: 2.5"',
            '{"number": 7}',
        ),
        "substr": OperatorManual(
            "A part of a text: from a position (counted from the end if negative), so many characters long (or "
            "without so many at the end if negative).",
            "text, a number, a number",
            "text",
            '{"substr": ["loyalty", 0, -2]}',
            '"loyal"',
        ),
        "lower": OperatorManual(
            "The text in lower case.", "text", "text", '{"lower": [{"var": "code"}]}', '"vip"', '{"code": "VIP"}'
        ),
        "upper": OperatorManual(
            "The text in upper case.", "text", "text", '{"upper": [{"var": "code"}]}', '"VIP"', '{"code": "vip"}'
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
            "The number of characters or elements.",
            "text or an array",
            "a number",
            '{"length": [{"var": "items"}]}',
            "3",
            '{"items": [1, 2, 3]}',
        ),
    },
    "Dates": {
        "date": OperatorManual(
            "Converts an ISO 8601 text to a date, in the program's time zone if the text has no offset; `null` if "
            "it is not a date.",
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
            "The day of the week, `monday` to `sunday`, in the program's time zone.",
            "a date",
            "text",
            '{"weekday": [{"date": "2026-02-01"}]}',
            '"sunday"',
        ),
        "days_between": OperatorManual(
            "Calendar days from the first date to the second, in the program's time zone: the number of midnights "
            "between them.",
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
