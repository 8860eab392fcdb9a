"""Problems of names that refer to nothing."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, in_effect, in_file

_VISITS = "reactor: thanks\non: {event}\nthen: [{{award_points: {{points: 1}}}}]\n"

_REVERSES = """\
event: refund
body: {{type: object, required: [of], properties: {{of: {{type: string}}}}}}
reverses: {{event: {event}, where: {{{field}: {{var: event.body.of}}}}}}
"""

REFERENCE_CODES: Final[Mapping[str, Code]] = {
    "unknown-effect": Code(
        "There is no such effect.",
        "Write one of those that the message names.",
        in_effect("give_points: {points: 1}", "award_points: {points: 1}"),
    ),
    "unknown-event-type": Code(
        "No file in events/ declares this event type, and it is not built in.",
        "Correct it, or add the file.",
        in_file("reactors/thanks.yaml", _VISITS.format(event="purchese"), _VISITS.format(event="purchase")),
    ),
    "cannot-be-reversed": Code(
        "Only events that are reported, and reverse nothing themselves, can be reversed.",
        "Name another event type in `reverses`. A transaction is taken back by a return of it.",
        in_file(
            "events/refund.yaml",
            _REVERSES.format(event="transaction", field="document_number"),
            _REVERSES.format(event="purchase", field="channel"),
        ),
    ),
    "unknown-wallet": Code(
        "program.yaml has no such wallet.",
        "Correct it, or add the wallet.",
        in_effect("award_points: {points: 1, wallet: mils}", "award_points: {points: 1, wallet: miles}"),
    ),
    "unknown-tier": Code(
        "program.yaml has no such tier.",
        "Correct it, or add the tier.",
        in_effect("set_tier: glod", "set_tier: gold"),
    ),
    "unknown-tier-set": Code(
        "program.yaml has no such tier set.",
        "Correct it, or add the set.",
        in_effect("set_tier: {set: defualt, tier: gold}", "set_tier: {set: default, tier: gold}"),
    ),
    "unknown-badge": Code(
        "program.yaml lists badges, and this is not one of them.",
        "Correct it, or add the badge.",
        in_effect("grant_badge: late-bird", "grant_badge: early-bird"),
    ),
    "unknown-reward": Code(
        "No file in rewards/ declares this reward.",
        "Correct it, or add the file.",
        in_effect("issue_reward: cofee", "issue_reward: coffee"),
    ),
}
