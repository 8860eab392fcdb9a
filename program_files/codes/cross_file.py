"""Problems that no file has alone, or that come with time."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, Example, Files, in_reactor

_GRANTS = """\
reactor: {name}
on: badge_granted
{when}then: [{{grant_badge: early-bird}}]
"""
_OTHER = 'when: {"!=": [{var: event.body.badge}, early-bird]}\n'
_RICH = 'when: {">": [{var: member.points}, 10]}\n'
_ENDED = "then: [{award_points: {points: 1}}]\nactive: {until: %s}\n"
_SIZE = """\
reactor: {name}
on: purchase
when: {{"==": [{{var: event.body.channel}}, {channel}]}}
then: [{{set_attribute: {{name: size, value: {value}}}}}]
"""
_REFUNDS = """\
reactor: refunds
on: transaction_returned
then: [{{{effect}}}]
"""
_FAVOURITE = """\
reactor: {name}
on: purchase
{when}then: [{{set_attribute: {{name: favourite, value: tea}}}}]
"""


def _sized(channel: str) -> Files:
    return {
        "reactors/large.yaml": _SIZE.format(name="large", channel="web", value="L"),
        "reactors/small.yaml": _SIZE.format(name="small", channel=channel, value="S"),
    }


def _favourite(name: str) -> Files:
    condition = f'{{"==": [{{var: member.attributes.{name}}}, tea]}}'
    return {
        "reactors/drinks.yaml": _FAVOURITE.format(name="drinks", when=""),
        "reactors/teas.yaml": _FAVOURITE.format(name="teas", when=f"when: {condition}\n"),
    }


def _granting(wrong: str, right: str) -> Example:
    path = "reactors/again.yaml"
    wrong, right = (_GRANTS.format(name="again", when=when) for when in (wrong, right))
    return Example({path: wrong}, {path: right})


TOGETHER_CODES: Final[Mapping[str, Code]] = {
    "endless-cycle": Code(
        "Reactors or achievements cause one another in an endless cycle: each such event ends with an error.",
        "Remove one of them, or give one a condition that its own effect does not meet.",
        _granting("", _OTHER),
    ),
    "possible-cycle": Code(
        "Reactors or achievements cause one another, and only conditions or limits may end the cycle.",
        "Make sure that one of them ends it, or give one a condition that its own effect does not meet.",
        _granting(_RICH, _OTHER),
        "warning",
    ),
    "same-attribute": Code(
        "Two effects of one event set the same attribute, so that one value is lost.",
        "Give them conditions that are not true together, or different attributes.",
        Example(_sized("web"), _sized("store")),
        "warning",
    ),
    "misspelt-attribute": Code(
        "A rule reads an attribute that no effect sets, under a name that is close to one that an effect sets.",
        "Correct its spelling, or give the attribute that clients set a name of its own.",
        Example(_favourite("favorite"), _favourite("favourite")),
        "warning",
    ),
    "taken-twice": Code(
        "A reactor takes points for a return, and Laurel takes back what the sale gave by itself.",
        "Remove the deduction, or write `returns: by_rules` in `program.yaml`.",
        Example(
            {"reactors/refunds.yaml": _REFUNDS.format(effect="deduct_points: {points: 5}")},
            {"reactors/refunds.yaml": _REFUNDS.format(effect="grant_badge: early-bird")},
        ),
        "warning",
    ),
    "already-over": Code(
        "`until` is past, so that the reactor fires no more.",
        "Remove the reactor, or change `until`.",
        in_reactor(_ENDED % "2020-12-31", _ENDED % "2099-12-31"),
        "note",
    ),
}
