"""Files of rewards/."""

from typing import Final

from program_files.rewards import ALL, LONGEST, PREFIX, SHORTEST, TYPES, USUAL
from workbench.editor import parts
from workbench.editor.parts import Schema, choice, record, told, whole

_TYPE: Final = parts.words(TYPES, money="An amount of money.", percentage="A part of the price, 100 for all of it.")


def reward() -> Schema:
    """What members can get."""
    keys = {
        "reward": told("Its name in `issue_reward`.", parts.NAMED),
        "title": told("Its name, for people.", parts.TEXT),
        "coupon": told("How its codes are made. Without one, it is a thing handed over.", _coupon()),
        "cost": told("What one costs, in money: for the sums of `laurel plan`.", parts.AMOUNT_OR_ZERO),
    }
    return record(keys, required=["reward"])


def _coupon() -> Schema:
    prefix = {
        "type": "string",
        "pattern": f"^{PREFIX.pattern}$",
        "patternErrorMessage": "A prefix is 1 to 16 letters, digits, _ or -.",
    }
    keys = {
        "prefix": told("What every code begins with.", prefix, examples=["COFFEE-"]),
        "length": told("The characters that follow.", whole(SHORTEST, LONGEST), default=USUAL),
        "value": told("What a code is worth.", parts.AMOUNT),
        "type": told("What `value` is.", choice(_TYPE)),
        "valid": told("How long from its issue; for ever if not said.", parts.DURATION),
    }
    percentage = {"properties": {"type": {"const": "percentage"}}, "required": ["type"]}
    at_most = {"properties": {"value": {"maximum": ALL, "errorMessage": f"A percentage is at most {ALL}."}}}
    return {**record(keys, required=["value", "type"]), "if": percentage, "then": at_most}
