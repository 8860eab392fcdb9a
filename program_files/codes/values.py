"""Problems of values that cannot stand where they do."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, in_achievement, in_effect, in_file, in_program, in_reactor

_HOOK = "call_webhook: {{url: 'https://example.com/hook', headers: {{{header}}}}}"
_THEN = "then: [{award_points: {points: 1}}]\n"

VALUE_CODES: Final[Mapping[str, Code]] = {
    "unknown-key": Code(
        "Nothing reads this key.",
        "Correct its spelling, or remove it.",
        in_effect("award_points: {points: 1, rond: up}", "award_points: {points: 1, round: up}"),
    ),
    "missing-key": Code(
        "A key that must be there is not.",
        "Add it.",
        in_reactor("title: Thank you\n", f"title: Thank you\n{_THEN}"),
    ),
    "wrong-type": Code(
        "A value is of the wrong kind.",
        "Write one of the kind that the message names.",
        in_effect('award_points: {points: "10"}', "award_points: {points: 10}"),
    ),
    "unknown-value": Code(
        "The text is none of those that can stand here.",
        "Write one that the message names.",
        in_reactor(
            f"{_THEN}limits: [{{every: hour, times: 1}}]\n",
            f"{_THEN}limits: [{{every: day, times: 1}}]\n",
        ),
    ),
    "out-of-range": Code(
        "A value is too small, too large or too fine.",
        "Stay within what the message names.",
        in_achievement("goal: 0\n", "goal: 1\n"),
    ),
    "bad-name": Code(
        "A name has characters that no name can have.",
        "Use letters, digits, `_`, `.` and `-`.",
        in_file("rewards/tea.yaml", "reward: green tea\n", "reward: green-tea\ntitle: Green tea\n"),
    ),
    "duplicate-name": Code(
        "Two things of a kind have the same name.",
        "Rename one of them.",
        in_file("rewards/tea.yaml", "reward: coffee\n", "reward: tea\n"),
    ),
    "built-in-name": Code(
        "An event type has the name of one of Laurel's own.",
        "Rename it.",
        in_file("events/badge.yaml", "event: badge_granted\n", "event: badge_shown\n"),
    ),
    "bad-duration": Code(
        "A duration cannot be read, or cannot be meant.",
        "Write it as 30s, 15m, 12h, 90d, 2w, 6mo or 1y.",
        in_program("notify_before: {points: 7 days}\n", "notify_before: {points: 7d}\n"),
    ),
    "bad-date": Code(
        "A date cannot be read.",
        "Write it as 2026-12-31 or 2026-12-31T18:00:00.",
        in_reactor(f"{_THEN}active: {{until: 31.12.2099}}\n", f"{_THEN}active: {{until: 2099-12-31}}\n"),
    ),
    "bad-expiry": Code(
        "`expires` or `tier_review` cannot be read.",
        'Write never, {after: 90d}, {end_of: month} or {on: "12-31"}.',
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
        "A goal counts more days than its window has.",
        "Lower the goal, or widen the window.",
        in_achievement("measure: days\nwindow: week\ngoal: 8\n", "measure: days\nwindow: month\ngoal: 8\n"),
    ),
    "several-effects": Code(
        "An item of `then` holds several effects.",
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
        "A header that no webhook can have.",
        "Rename it; its value is one line of plain ASCII.",
        in_effect(_HOOK.format(header="Content-Length: '0'"), _HOOK.format(header="X-Campaign: spring")),
    ),
}
