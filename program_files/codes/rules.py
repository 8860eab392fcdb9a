"""Problems of rules in JSON Logic."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import BASE, Code, Example, Files, in_condition, in_effect, in_reactor

_LONG = """\
when:
  in:
    - {var: event.body.total}
    - - &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
      - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
      - [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
then: [{award_points: {points: 1}}]
"""
_SHORT = "when: {'<=': [1, {var: event.body.total}, 10]}\nthen: [{award_points: {points: 1}}]\n"


def _sized(value: str) -> Files:
    """Return a program that declares an attribute, and a reactor that sets it to a value."""
    reactor = f"reactor: sized\non: purchase\nthen: [{{set_attribute: {{name: shoe_size, value: {value}}}}}]\n"
    declared = BASE["program.yaml"] + "attributes: {shoe_size: {type: number}}\n"
    return {"program.yaml": declared, "reactors/sized.yaml": reactor}


_FOR_EACH_LINE = """
  reduce:
    - {var: event.body.items}
    - "+":
        - {var: accumulator}
        - reduce: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], {"+": [{var: accumulator}, {var: current}]}, 0]
    - 0"""


def _spending(rule: str) -> Files:
    """Return a program whose tiers are reached by spend."""
    return {"program.yaml": f"{BASE['program.yaml']}tier_by: spend\ntier_spend:{rule}\n"}


RULE_CODES: Final[Mapping[str, Code]] = {
    "unknown-operator": Code(
        "JSON Logic has no such operator.",
        "Correct its spelling.",
        in_condition("{inn: [{var: event.body.channel}, [web]]}", "{in: [{var: event.body.channel}, [web]]}"),
    ),
    "several-operators": Code(
        "An object in a rule has more than one operator.",
        "Join them with `and`.",
        in_condition(
            '{">=": [{var: event.body.total}, 10], "==": [{var: event.body.channel}, web]}',
            '{and: [{">=": [{var: event.body.total}, 10]}, {"==": [{var: event.body.channel}, web]}]}',
        ),
    ),
    "wrong-arity": Code(
        "An operator has too few or too many operands.",
        "Give it as many as the message names.",
        in_condition('{">=": [{var: event.body.total}]}', '{">=": [{var: event.body.total}, 10]}'),
    ),
    "too-big": Code(
        "A rule has too many parts or too much text, or nests too many loops; or all rules of the program together do.",
        "Split it into several reactors, or nest fewer loops.",
        in_reactor(_LONG, _SHORT),
    ),
    "too-slow": Code(
        "The rules of what counts of a sale for tiers take more than 20,000 steps together on a sale of 500 lines.",
        "Loop over the lines once, and over nothing else for each of them.",
        Example(_spending(_FOR_EACH_LINE), _spending(" {var: event.body.gross_value}")),
    ),
    "unknown-path": Code(
        "A rule reads a path that neither the event nor the member has.",
        "Correct it, or add it to the event's schema.",
        in_condition('{"==": [{var: member.teir}, gold]}', '{"==": [{var: member.tier}, gold]}'),
    ),
    "unknown-type": Code(
        "The type of a value that a rule reads is unknown.",
        "Give it a `type` in the event's schema. Of alternatives, close each with `additionalProperties: false`.",
        in_effect("award_points: {points: {var: event.body.shop}}", "award_points: {points: {var: event.body.total}}"),
    ),
    "may-be-missing": Code(
        "A rule needs a value that may be missing.",
        "Give it a default, as in {var: [event.body.tip, 0]}, or check first that it is there.",
        in_effect(
            "award_points: {points: {var: event.body.tip}}",
            "award_points: {points: {var: [event.body.tip, 0]}}",
        ),
    ),
    "not-boolean": Code(
        "A condition must be true or false.",
        "Compare it, or wrap it in `!!`.",
        in_condition("{var: event.body.total}", '{">": [{var: event.body.total}, 0]}'),
    ),
    "not-in-enum": Code(
        "A value is compared with one that it never has, by its schema or by the names of the program.",
        "Correct it, or add it to the schema's `enum`.",
        in_condition('{"==": [{var: event.body.channel}, wbe]}', '{"==": [{var: event.body.channel}, web]}'),
    ),
    "never-true": Code(
        "A condition is false for every event that the schema allows.",
        "Correct it, or remove the file.",
        in_condition(
            '{and: [{"<": [{var: event.body.total}, 5]}, {">": [{var: event.body.total}, 10]}]}',
            '{or: [{"<": [{var: event.body.total}, 5]}, {">": [{var: event.body.total}, 10]}]}',
        ),
    ),
    "always-true": Code(
        "A condition, or a part of one, is true for every event that the schema allows.",
        "Remove it, or correct the comparison.",
        in_condition('{"!=": [{var: event.body.total}, null]}', '{"!=": [{var: event.body.tip}, null]}'),
        "warning",
    ),
    "always-false": Code(
        "A part of a condition is false for every event that the schema allows, or after the conditions before it.",
        "Remove it, or correct the conditions that it contradicts.",
        in_condition(
            '{or: [{"==": [{var: event.body.channel}, web]}, {"==": [{var: event.body.total}, null]}]}',
            '{or: [{"==": [{var: event.body.channel}, web]}, {"==": [{var: event.body.tip}, null]}]}',
        ),
        "warning",
    ),
    "empty-default": Code(
        'A default of `""` makes a condition hold where the field is missing: an empty text is a part of every text.',
        "Look the field up in a list, which needs no default, or check first that it is there.",
        in_condition('{in: [{var: [event.body.channel, ""]}, "web, app"]}', "{in: [{var: event.body.channel}, [web]]}"),
        "warning",
    ),
    "misspelt-operator": Code(
        "A part of a webhook or an attribute looks like a rule with a misspelt operator, and is used as plain JSON.",
        "Correct the operator's spelling.",
        in_effect(
            "set_attribute: {name: last_total, value: {vra: event.body.total}}",
            "set_attribute: {name: last_total, value: {var: event.body.total}}",
        ),
        "warning",
    ),
    "path-as-text": Code(
        "A text of a webhook, an attribute or `distinct` is a path that rules can read, and is used as it stands.",
        "Write {var: ...} around the path.",
        in_effect(
            "set_attribute: {name: last_total, value: event.body.total}",
            "set_attribute: {name: last_total, value: {var: event.body.total}}",
        ),
        "warning",
    ),
    "unfit-attribute": Code(
        "A value of an attribute does not fit the JSON Schema that `program.yaml` declares of it.",
        "Write a value that fits, or change the schema under `attributes`.",
        Example(_sized("tall"), _sized("42")),
    ),
}
