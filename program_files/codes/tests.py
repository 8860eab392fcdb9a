"""Problems that only tests can have."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import Code, Example

_TEST = "test: a purchase is worth something\nat: 2024-05-01\n"
_EXPECT = "  - expect: {points: 10}\n"
_THANKS = "reactor: thanks\non: purchase\nthen: [{award_points: {points: 10}}]\n"
_REGULAR = "achievement: regular\non: purchase\ngoal: 10\n"


def _in_test(wrong: str, right: str, **others: str) -> Example:
    """Return an example of a test, from its third line on, beside files such as `reactors__thanks`."""
    files = {f"{path.replace('__', '/')}.yaml": text for path, text in others.items()}
    path = "tests/purchase.yaml"
    return Example({**files, path: _TEST + wrong}, {**files, path: _TEST + right})


def _in_step(wrong: str, right: str, expect: str = _EXPECT) -> Example:
    return _in_test(f"steps:\n  - {wrong}\n{expect}", f"steps:\n  - {right}\n{expect}")


def _in_expect(wrong: str, right: str, **others: str) -> Example:
    step = "steps:\n  - {event: purchase, body: {total: 10}}\n  - expect: "
    return _in_test(f"{step}{wrong}\n", f"{step}{right}\n", **others)


TEST_CODES: Final[Mapping[str, Code]] = {
    "clashing-keys": Code(
        "Two keys exclude each other.",
        "Do as the message says.",
        _in_step("{wait: 1d, event: purchase, body: {total: 10}}", "{event: purchase, body: {total: 10}}"),
    ),
    "refused-event": Code(
        "Production would refuse this event: its body does not fit the schema of its type, or its member is unknown.",
        "Correct what the message names.",
        _in_step("{event: purchase, body: {totl: 10}}", "{event: purchase, body: {total: 10}}"),
    ),
    "caused-event": Code(
        "A test cannot report this event, because it is built in: Laurel reports it itself.",
        "Write steps that cause it, and ask for it under `events`.",
        _in_step("{event: badge_granted, body: {badge: early-bird}}", "{event: purchase, body: {total: 10}}"),
    ),
    "clock-goes-back": Code(
        "A step is earlier than the time that the test has reached.",
        "Order the steps. For an event that arrives late, write `time`.",
        _in_step(
            "{event: purchase, body: {total: 10}, at: 2024-04-30}",
            "{event: purchase, body: {total: 10}, time: 2024-04-30}",
        ),
    ),
    "skip-without-reason": Code(
        "A test is skipped without a reason.",
        "Write the reason as a text.",
        _in_test(f"skip: true\nsteps:\n{_EXPECT}", f"skip: the prices of May are not known yet\nsteps:\n{_EXPECT}"),
    ),
    "unknown-member": Code(
        "The test has no such member.",
        "Correct it, or add the member to `members`.",
        _in_test(
            "members: {ann: {}, bob: {}}\nsteps:\n  - {expect: {points: 0}, member: anm}\n",
            "members: {ann: {}, bob: {}}\nsteps:\n  - {expect: {points: 0}, member: ann}\n",
        ),
    ),
    "unknown-reactor": Code(
        "No file in reactors/ declares this reactor.",
        "Correct it, or add the file.",
        _in_expect("{fired: [thank]}", "{fired: [thanks]}", reactors__thanks=_THANKS),
    ),
    "unknown-achievement": Code(
        "No file in achievements/ declares this achievement.",
        "Correct it, or add the file.",
        _in_expect(
            "{achievements: {regula: {progress: 1}}}",
            "{achievements: {regular: {progress: 1}}}",
            achievements__regular=_REGULAR,
        ),
    ),
    "unknown-built-in-event": Code(
        "There is no such built-in event.",
        "Write one of those that the page for designers lists.",
        _in_expect("{events: [badge_given]}", "{events: [badge_granted]}"),
    ),
    "unknown-webhook": Code(
        "There is no webhook of this name.",
        "Write one of those that the page on webhooks lists, or call_webhook.",
        _in_expect("{webhooks: [PointsWilExpire]}", "{webhooks: [PointsWillExpire]}"),
    ),
}
