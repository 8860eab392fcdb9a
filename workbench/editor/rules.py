"""JSON Logic as a JSON Schema: the operators, the number of their operands, and their documentation."""

from collections.abc import Iterator
from typing import assert_never

from program_files.grammar.values import RuleValue, TemplateValue
from rules.expression import Operator
from rules.manual import MANUAL
from rules.manual_page import operand_count
from rules.operators import OPERATORS, TABLE
from workbench.editor.parts import AT_MOST_ONE, Schema, described, recursive, referred

RULE = referred("rule")
CONDITION: Schema = {"type": ["object", "boolean"], "minProperties": 1, "allOf": [RULE]}
NUMBER_RULE: Schema = {"type": ["number", "object"], "minProperties": 1, "allOf": [RULE]}
TEMPLATE = referred("template")


def schema_of(value: RuleValue | TemplateValue) -> Schema:
    """Return the schema of a rule by its result, or of a template."""
    if isinstance(value, TemplateValue):
        return TEMPLATE
    match value.result:
        case "true or false":
            return CONDITION
        case "a number":
            return NUMBER_RULE
        case "a text" | "anything":
            return RULE
        case _:
            assert_never(value.result)


def definitions() -> dict[str, Schema]:
    """Return the definitions that `RULE` and `TEMPLATE` refer to."""
    return {"rule": _rule(), "template": _template(), **dict(_operands())}


def _rule() -> Schema:
    """Return a literal, an array of rules, or an object with one operator."""
    return {
        "items": recursive(RULE),
        "properties": {name: _operator(operator) for name, operator in TABLE.items()},
        "additionalProperties": False,
        **AT_MOST_ONE,
    }


def _operator(operator: Operator) -> Schema:
    entry = MANUAL[operator.name]
    counts = f"{operand_count(operator)}: {entry.takes} → {entry.gives}."
    return described(f"{entry.does}\n\n{counts}\n\nFor example {entry.rule}", referred(_named(operator)))


def _operands() -> Iterator[tuple[str, Schema]]:
    for operator in OPERATORS:
        most = {} if operator.most is None else {"maxItems": operator.most}
        # A single operand may stand without its brackets.
        several = {"type": "array"} if operator.least > 1 else {}
        yield _named(operator), {**several, "minItems": operator.least, **most, "allOf": [RULE]}


def _named(operator: Operator) -> str:
    return f"operands-{operator.least}-{'more' if operator.most is None else operator.most}"


def _template() -> Schema:
    """JSON with rules in it: an object whose only key is an operator is a rule, everything else is plain JSON."""
    return {
        "if": {"type": "object", "maxProperties": 1, "propertyNames": {"enum": list(TABLE)}},
        "then": RULE,
        "else": {
            "items": recursive(TEMPLATE),
            "properties": dict.fromkeys(TABLE, TEMPLATE),  # for an editor to propose
            "additionalProperties": TEMPLATE,
        },
    }
