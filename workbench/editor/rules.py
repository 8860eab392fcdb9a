"""JSON Logic as a JSON Schema: the operators, how many operands each takes, and what the manual says of them."""

from collections.abc import Iterator

from rules.expression import Operator
from rules.manual import MANUAL
from rules.manual_page import operand_count
from rules.operators import OPERATORS, TABLE
from workbench.editor.parts import AT_MOST_ONE, Schema, again, referred, told

RULE = referred("rule")
CONDITION: Schema = {"type": ["object", "boolean"], "minProperties": 1, "allOf": [RULE]}
NUMBER_RULE: Schema = {"type": ["number", "object"], "minProperties": 1, "allOf": [RULE]}
TEMPLATE = referred("template")


def definitions() -> dict[str, Schema]:
    """What `RULE` and `TEMPLATE` refer to."""
    return {"rule": _rule(), "template": _template(), **dict(_operands())}


def _rule() -> Schema:
    """A literal, an array of rules, or an object of one operator: what a keyword is not about, it lets pass."""
    return {
        "items": again(RULE),
        "properties": {name: _operator(operator) for name, operator in TABLE.items()},
        "additionalProperties": False,
        **AT_MOST_ONE,
    }


def _operator(operator: Operator) -> Schema:
    entry = MANUAL[operator.name]
    counts = f"{operand_count(operator)}: {entry.takes} → {entry.gives}."
    return told(f"{entry.does}\n\n{counts}\n\nFor example {entry.rule}", referred(_named(operator)))


def _operands() -> Iterator[tuple[str, Schema]]:
    for operator in OPERATORS:
        most = {} if operator.most is None else {"maxItems": operator.most}
        # A single operand may stand without its brackets.
        several = {"type": "array"} if operator.least > 1 else {}
        yield _named(operator), {**several, "minItems": operator.least, **most, "allOf": [RULE]}


def _named(operator: Operator) -> str:
    return f"operands-{operator.least}-{'more' if operator.most is None else operator.most}"


def _template() -> Schema:
    """JSON with rules in it: an object of one key that is an operator is a rule, all else is itself."""
    return {
        "if": {"type": "object", "maxProperties": 1, "propertyNames": {"enum": list(TABLE)}},
        "then": RULE,
        "else": {
            "items": again(TEMPLATE),
            "properties": dict.fromkeys(TABLE, TEMPLATE),  # for an editor to propose
            "additionalProperties": TEMPLATE,
        },
    }
