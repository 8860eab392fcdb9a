"""Check values of attributes in a file against the schemas that the program declares."""

import rules
from loyalty.program.attributes import UnfitValue, typed_value
from loyalty.program.body_schema import BodySchema
from loyalty.program.logic import Logic, Template, logics_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.types import NEVER, Type, described, intersection, present, type_of_schema


def check_attribute(
    name: str, template: Template, node: Node, schema: BodySchema, scope: Type, problems: Problems
) -> None:
    """Note a value that the schema refuses, or a rule none of whose results it accepts."""
    if isinstance(template, Logic):
        _check_rule(name, template, schema, scope, problems)
    elif not any(logics_of(template)):
        check_value(name, node, schema, problems)


def check_value(name: str, node: Node, schema: BodySchema, problems: Problems) -> None:
    """Note a value that the schema of an attribute refuses."""
    try:
        typed_value(schema, node.plain())
    except UnfitValue as why:
        problems.add(node.place, "unfit-attribute", f"attribute {name}: {shown(str(why))}")


def _check_rule(name: str, logic: Logic, schema: BodySchema, scope: Type, problems: Problems) -> None:
    given = rules.check(logic.expression, scope).type
    wanted = type_of_schema(schema.schema)
    if given != NEVER and intersection(present(given), wanted) == NEVER:
        message = f"attribute {name} is {described(wanted)}, and this gives {described(given)}"
        problems.add(logic.place, "unfit-attribute", message, can_run=True)
