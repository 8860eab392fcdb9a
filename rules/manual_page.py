"""The manual of operators as Markdown."""

from rules.expression import Operator
from rules.manual import FAMILIES, OperatorManual
from rules.operators import OPERATORS


def operand_count(operator: Operator) -> str:
    """Describe how many operands an operator takes."""
    if operator.most is None:
        return f"{operator.least} operands or more"
    span = str(operator.least) if operator.least == operator.most else f"{operator.least} to {operator.most}"
    return f"{span} operand{'' if span == '1' else 's'}"


def markdown() -> str:
    """Return the chapters of `docs/rules.md` about the operators."""
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
