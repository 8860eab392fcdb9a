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


def _sized(channel: str) -> Files:
    return {
        "reactors/large.yaml": _SIZE.format(name="large", channel="web", value="L"),
        "reactors/small.yaml": _SIZE.format(name="small", channel=channel, value="S"),
    }


def _granting(wrong: str, right: str) -> Example:
    path = "reactors/again.yaml"
    wrong, right = (_GRANTS.format(name="again", when=when) for when in (wrong, right))
    return Example({path: wrong}, {path: right})


TOGETHER_CODES: Final[Mapping[str, Code]] = {
    "endless-cycle": Code(
        "Reactors or achievements cause one another for ever: each such event ends in an error.",
        "Take one of them out, or give one a condition that its own effect does not meet.",
        _granting("", _OTHER),
    ),
    "possible-cycle": Code(
        "Reactors or achievements cause one another, and only conditions or limits may stop it.",
        "Make sure that one of them does, or give one a condition that its own effect does not meet.",
        _granting(_RICH, _OTHER),
        "warning",
    ),
    "same-attribute": Code(
        "Two effects that one event can have set the same attribute, so one of them is lost.",
        "Give them conditions that do not hold at once, or attributes of their own.",
        Example(_sized("web"), _sized("store")),
        "warning",
    ),
    "already-over": Code(
        "`until` is past, so the reactor fires no more. It may have been right when it was written.",
        "Remove the reactor, or move its end.",
        in_reactor(_ENDED % "2020-12-31", _ENDED % "2099-12-31"),
        "warning",
    ),
}
