"""Problems of values that are not allowed at their place."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, in_achievement, in_effect, in_file, in_program, in_reactor

_HOOK = "call_webhook: {{url: 'https://example.com/hook', headers: {{{header}}}}}"
_THEN = "then: [{award_points: {points: 1}}]\n"

VALUE_CODES: Final[Mapping[str, Code]] = {
    "unknown-key": Code(
        "There is no such key here.",
        "Correct its spelling, or remove it.",
        in_effect("award_points: {points: 1, rond: up}", "award_points: {points: 1, round: up}"),
    ),
    "missing-key": Code(
        "A required key is missing.",
        "Add it.",
        in_reactor("title: Thank you\n", f"title: Thank you\n{_THEN}"),
    ),
    "wrong-type": Code(
        "A value has the wrong type.",
        "Write a value of the type that the message names.",
        in_effect('award_points: {points: "10"}', "award_points: {points: 10}"),
    ),
    "unknown-value": Code(
        "The text is not one of the words that are allowed here.",
        "Write one of those that the message names.",
        in_reactor(
            f"{_THEN}limits: [{{every: hour, times: 1}}]\n",
            f"{_THEN}limits: [{{every: day, times: 1}}]\n",
        ),
    ),
    "out-of-range": Code(
        "A value is too small or too large, or has too many decimals.",
        "Write a value within the bounds that the message names.",
        in_achievement("goal: 0\n", "goal: 1\n"),
    ),
    "bad-name": Code(
        "A name has characters that are not allowed in names.",
        "Use letters, digits, `_`, `.` and `-`.",
        in_file("rewards/tea.yaml", "reward: green tea\n", "reward: green-tea\ntitle: Green tea\n"),
    ),
    "duplicate-name": Code(
        "Two files or entries have the same name.",
        "Rename one of them.",
        in_file("rewards/tea.yaml", "reward: coffee\n", "reward: tea\n"),
    ),
    "built-in-name": Code(
        "An event type has the name of a built-in one.",
        "Rename it.",
        in_file("events/badge.yaml", "event: badge_granted\n", "event: badge_shown\n"),
    ),
    "bad-duration": Code(
        "A duration is not valid, or too long.",
        "Write it as 30s, 15m, 12h, 90d, 2w, 6mo or 1y.",
        in_program("notify_before: {points: 7 days}\n", "notify_before: {points: 7d}\n"),
    ),
    "bad-date": Code(
        "A date is not valid.",
        "Write it as 2026-12-31 or 2026-12-31T18:00:00.",
        in_reactor(f"{_THEN}active: {{until: 31.12.2099}}\n", f"{_THEN}active: {{until: 2099-12-31}}\n"),
    ),
    "bad-expiry": Code(
        "`expires` or `tier_review` is not valid.",
        "Write never, {after: 90d}, {after: 6mo, through: month}, {end_of: month}, {end_of: year, plus: 1y} or "
        '{on: "12-31"}.',
        in_program(
            "wallets:\n  points: {expires: 90d}\n",
            "wallets:\n  points: {expires: {after: 90d}}\n",
        ),
    ),
    "unknown-timezone": Code(
        "There is no such time zone.",
        "Write its IANA name, such as Europe/Warsaw.",
        in_file(
            "program.yaml",
            "store: SHOP\ntimezone: Europe/Warszawa\n",
            "store: SHOP\ntimezone: Europe/Warsaw\n",
        ),
    ),
    "unknown-region": Code(
        "There is no such country.",
        "Write its ISO code of two capital letters, such as PL.",
        in_program("region: pl\n", "region: PL\n"),
    ),
    "default-wallet": Code(
        "No wallet is the default, or several are.",
        "Write `default: true` in one of them.",
        in_program(
            "wallets:\n  points: {}\n  miles: {}\n",
            "wallets:\n  points: {default: true}\n  miles: {}\n",
        ),
    ),
    "tiers-not-ascending": Code(
        "A tier does not begin above the one before it.",
        "Order them, lowest first.",
        in_program(
            "tiers:\n  - {tier: gold, from: 100}\n  - {tier: silver, from: 50}\n",
            "tiers:\n  - {tier: silver, from: 50}\n  - {tier: gold, from: 100}\n",
        ),
    ),
    "ends-before-it-begins": Code(
        "`until` is not later than `from`.",
        "Correct one of them.",
        in_reactor(
            f"{_THEN}active: {{from: 2099-06-01, until: 2099-05-31}}\n",
            f"{_THEN}active: {{from: 2099-06-01, until: 2099-06-30}}\n",
        ),
    ),
    "out-of-reach": Code(
        "A goal has more days than its window, so that it is never reached.",
        "Lower the goal, or choose a longer window.",
        in_achievement("measure: days\nwindow: week\ngoal: 8\n", "measure: days\nwindow: month\ngoal: 8\n"),
    ),
    "below-zero": Code(
        "An amount of points may be below 0, as the schema of the event allows it. Nothing is awarded or taken then.",
        "Give the field a `minimum` in the schema, exclude it in `when`, or write `max` with 0.",
        in_effect(
            'award_points: {points: {"-": [{var: event.body.total}, 5]}}',
            'award_points: {points: {max: [0, {"-": [{var: event.body.total}, 5]}]}}',
        ),
        "warning",
    ),
    "several-effects": Code(
        "An item of `then` has several effects.",
        "Give each effect an item of its own.",
        in_effect(
            "grant_badge: early-bird\n    set_tier: gold",
            "grant_badge: early-bird\n  - set_tier: gold",
        ),
    ),
    "bad-url": Code(
        "A webhook cannot be sent to this URL.",
        "Write it as https://example.com/hook.",
        in_effect("call_webhook: {url: example.com/hook}", "call_webhook: {url: 'https://example.com/hook'}"),
    ),
    "bad-header": Code(
        "A header has a name or a value that is not allowed.",
        "Rename it, or write its value as one line of ASCII.",
        in_effect(_HOOK.format(header="Content-Length: '0'"), _HOOK.format(header="X-Campaign: spring")),
    ),
}
