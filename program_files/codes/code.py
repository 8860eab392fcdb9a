"""The documentation of a code, and the program that its examples extend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from program_files.text.problems import Severity

Files: TypeAlias = Mapping[str, str]
"""The texts of files by their paths in the folder of a program."""

BASE: Final[Files] = {
    "program.yaml": """\
store: SHOP
timezone: Europe/Warsaw
wallets:
  points: {default: true}
  miles: {}
tiers:
  - {tier: bronze, from: 0}
  - {tier: gold, from: 100}
badges: [early-bird]
""",
    "events/purchase.yaml": """\
event: purchase
body:
  type: object
  required: [total]
  properties:
    total: {type: number, minimum: 0}
    tip: {type: number, minimum: 0}
    channel: {enum: [web, store]}
    shop: {}
""",
    "rewards/coffee.yaml": "reward: coffee\n",
}
"""The program of every example, whose files are added to these or replace them."""


@dataclass(frozen=True, slots=True)
class Example:
    """Files with the problem, and the same files without it."""

    wrong: Files
    right: Files


@dataclass(frozen=True, slots=True)
class NoExample:
    """Why the content of files cannot show the problem."""

    because: str


@dataclass(frozen=True, slots=True)
class Code:
    """The documentation of one code: what it means, and what to do."""

    meaning: str
    cure: str
    example: Example | NoExample
    severity: Severity = "error"


def in_file(path: str, wrong: str, right: str) -> Example:
    """Return an example of one file."""
    return Example({path: wrong}, {path: right})


def in_program(wrong: str, right: str) -> Example:
    """Return an example of program.yaml, from its third line on."""
    return _after("program.yaml", "store: SHOP\ntimezone: Europe/Warsaw\n", wrong, right)


def in_reactor(wrong: str, right: str) -> Example:
    """Return an example of a reactor, from its third line on."""
    return _after("reactors/thanks.yaml", "reactor: thanks\non: purchase\n", wrong, right)


def in_condition(wrong: str, right: str) -> Example:
    """Return an example of a reactor's condition."""
    then = "\nthen: [{award_points: {points: 1}}]\n"
    return in_reactor(f"when: {wrong}{then}", f"when: {right}{then}")


def in_effect(wrong: str, right: str) -> Example:
    """Return an example of a reactor's effect."""
    return in_reactor(f"then:\n  - {wrong}\n", f"then:\n  - {right}\n")


def in_achievement(wrong: str, right: str) -> Example:
    """Return an example of an achievement, from its third line on."""
    return _after("achievements/regular.yaml", "achievement: regular\non: purchase\n", wrong, right)


def in_body(wrong: str, right: str) -> Example:
    """Return an example of the schema of an event type."""
    start = "event: visit\nbody:\n  type: object\n"
    return _after("events/visit.yaml", start, wrong, right)


def _after(path: str, start: str, wrong: str, right: str) -> Example:
    return in_file(path, start + wrong, start + right)
