"""Sentences that support can tell the customer of one event: what it gave, or why it gave nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from console.pages.formats import number
from console.pages.waterfall import Failed, Step, Waterfall

_PHRASES: Final = (
    (">= ", "at least "),
    ("<= ", "at most "),
    ("> ", "more than "),
    ("< ", "less than "),
    ("== ", ""),
    ("=== ", ""),
    ("!= ", "anything but "),
    ("in ", "one of "),
)
_ENDED: Final[Mapping[str, str]] = {
    "not_active_yet": "it had not begun",
    "no_longer_active": "it was over",
    "code_refused": "the code could not be used",
    "limit_reached": "its limit was reached",
    "not_enough_points": "there were not enough points for it",
    "came_to_nothing": "it came to nothing",
    "completed_already": "it was completed before",
    "counted_already": "it was counted before",
    "counts_nothing": "it counted nothing",
    "too_much_work": "what was sent was too large for it",
}
_GAINS: Final = frozenset({"award", "add", "receive"})
_MOST: Final = 3
"""The most offers that are mentioned."""


def customer_answer(event: Mapping[str, Any], waterfall: Waterfall) -> str:
    """Return the sentences, for an event as the API shows it."""
    day = datetime.fromisoformat(event["eventDate"]).strftime("%Y-%m-%d")
    what = f"“{event['eventName']}” of {day}"
    if event["decision"] is None:
        return f"{what} has arrived and is being worked on."
    gained = [f"{number(each['points'])} {each['wallet']}" for each in _gains(event["outcome"])]
    if gained:
        return f"{what} gave {' and '.join(gained)}."
    counted = [_counted(each) for each in waterfall.achievements if each.is_yes]
    if counted:
        return f"{what} gave no points, but counts: {', '.join(counted[:_MOST])}."
    reasons = [reason for each in waterfall.reactors if not each.is_yes and (reason := _why_not(each))]
    if not reasons:
        return f"{what} gave no points: no offer of the program is for it."
    return f"{what} gave no points. " + " ".join(reasons[:_MOST])


def _gains(outcome: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the gains of an event, and of those that it caused."""
    own = [each for each in outcome["entries"] if each["kind"] in _GAINS]
    return own + [each for caused in outcome.get("caused", ()) for each in _gains(caused["outcome"])]


def _counted(step: Step) -> str:
    return f"“{_words(step.name)}”" + (f" ({step.because})" if step.because else "")


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")


def _why_not(step: Step) -> str:
    offer = _words(step.name)
    if step.failed:
        return f"For the offer “{offer}” {' and '.join(_part(each) for each in step.failed[:_MOST])}."
    return f"The offer “{offer}” did not apply: {_ENDED[step.verdict]}." if step.verdict in _ENDED else ""


def _part(failed: Failed) -> str:
    """Return what a part of a condition found and required, without the paths of rules."""
    found = failed.actual.replace("event.body.", "").replace("member.attributes.", "").replace("member.", "your ")
    needed = failed.needed
    for sign, words in _PHRASES:
        if needed.startswith(sign):
            needed = words + needed.removeprefix(sign)
            break
    if not needed:
        return f"{found or 'something else'} was found"
    return f"{needed} is needed, and {found}" if found and not failed.is_abbreviated else f"{needed} is needed"
