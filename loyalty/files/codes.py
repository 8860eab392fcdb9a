"""Every problem that program files can have: what it means and its cure. `docs/problems.md` is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of problem, for a person who has it."""

    meaning: str
    cure: str


_FOLDER: Final = {
    "missing-folder": Code("There is no such folder.", "Give the folder that holds program.yaml."),
    "unreadable-file": Code("The file vanished, may not be read, or is no ordinary file.", "Check its permissions."),
    "unknown-folder": Code("A folder with a name like one of a program's is not read.", "Rename it."),
    "misplaced-file": Code("The file lies where no file of a program does.", "Move it to the folder of its kind."),
    "missing-program": Code("There is no program.yaml.", "Write one: it needs `store` and `timezone`."),
    "several-programs": Code("There is program.yaml and program.json, or the like.", "Keep one of them."),
}
_TEXT: Final = {
    "too-large": Code("The file has more than 1 MiB.", "Split it: one thing a file."),
    "not-utf8": Code("The file is in another encoding than UTF-8.", "Save it as UTF-8."),
    "empty-file": Code("The file says nothing.", "Write it, or remove it."),
    "bad-character": Code("A control character, or half a surrogate pair.", "Remove it, or write it as an escape."),
    "not-yaml": Code("From here on the text is no YAML.", "Check indentation, brackets and quotes."),
    "not-json": Code("From here on the text is no JSON.", "Check commas, brackets and quotes."),
    "several-documents": Code("The file holds a second document.", "Remove the `---`, or split the file."),
    "too-deep": Code("Lists and maps, or a rule, are nested too deep.", "Flatten it."),
    "too-many-values": Code(
        "The file holds more values than one file may, with every alias written out.",
        "Split it, or use fewer aliases.",
    ),
    "unknown-alias": Code("An alias has no anchor before it.", "Write the value out, or name an anchor above."),
    "tag": Code("YAML tags, such as `!!str`, are not read.", "Remove the tag; put a text in quotes."),
    "merge-key": Code("`<<` is no part of YAML 1.2.", "Write the keys out."),
    "bad-key": Code("A key is a list, a map or an alias.", "Write the key as a text."),
    "duplicate-key": Code("A key is here twice, and one of them would be lost.", "Remove one."),
    "bad-number": Code("A number is infinite, or has more digits than can be meant.", "Write it shorter."),
}
_VALUES: Final = {
    "unknown-key": Code("Nothing reads this key.", "Correct its spelling, or remove it."),
    "missing-key": Code("A key that must be there is not.", "Add it."),
    "wrong-type": Code("A value is of the wrong kind.", "Write one of the kind that the message names."),
    "unknown-value": Code("The text is none of those that can stand here.", "Write one that the message names."),
    "out-of-range": Code("A value is too small, too large or too fine.", "Stay within what the message names."),
    "bad-name": Code("A name has characters that no name can have.", "Use letters, digits, `_`, `.` and `-`."),
    "duplicate-name": Code("Two things of a kind have the same name.", "Rename one of them."),
    "built-in-name": Code("An event type has the name of one of Laurel's own.", "Rename it."),
    "bad-duration": Code(
        "A duration cannot be read, or cannot be meant.", "Write it as 30s, 15m, 12h, 90d, 2w, 6mo or 1y."
    ),
    "bad-date": Code("A date cannot be read.", "Write it as 2026-12-31 or 2026-12-31T18:00:00."),
    "bad-expiry": Code("`expires` cannot be read.", 'Write never, {after: 90d}, {end_of: month} or {on: "12-31"}.'),
    "unknown-timezone": Code("There is no such time zone.", "Write its IANA name, such as Europe/Warsaw."),
    "default-wallet": Code("No wallet is the default, or several are.", "Write `default: true` in one of them."),
    "tiers-not-ascending": Code("A tier does not begin above the one before it.", "Order them, lowest first."),
    "ends-before-it-begins": Code("`until` is not later than `from`.", "Correct one of them."),
    "out-of-reach": Code("A goal counts more days than its window has.", "Lower the goal, or widen the window."),
    "several-effects": Code("An item of `then` holds several effects.", "Give each effect an item of its own."),
    "bad-url": Code("A webhook cannot be sent to this URL.", "Write it as https://example.com/hook."),
    "bad-header": Code("A header that no webhook can have.", "Rename it; its value is one line of plain ASCII."),
}
_REFERENCES: Final = {
    "unknown-effect": Code("There is no such effect.", "Write one that the message names."),
    "unknown-event-type": Code("No file in events/ has it, and it is not built in.", "Correct it, or add the file."),
    "unknown-wallet": Code("program.yaml has no such wallet.", "Correct it, or add the wallet."),
    "unknown-tier": Code("program.yaml has no such tier.", "Correct it, or add the tier."),
    "unknown-badge": Code("program.yaml lists badges, and this is none of them.", "Correct it, or add the badge."),
    "unknown-reward": Code("No file in rewards/ has it.", "Correct it, or add the file."),
}
_SCHEMAS: Final = {
    "bad-schema": Code("This is no JSON Schema of draft 2020-12.", "Correct what the message names."),
    "unknown-keyword": Code("JSON Schema has no such keyword, so it would check nothing.", "Correct its spelling."),
    "unknown-schema-type": Code("JSON Schema has no such type.", "Write one that the message names."),
    "unknown-format": Code("JSON Schema has no such format, so it would check nothing.", "Correct its spelling."),
    "unknown-property": Code("`required` names what `properties` does not have.", "Make the two agree."),
    "remote-reference": Code("A `$ref` leads out of the file; nothing is fetched.", "Copy the schema into `$defs`."),
    "dangling-reference": Code("A `$ref` leads to nothing.", "Correct it, or add the schema to `$defs`."),
    "endless-reference": Code("A `$ref` leads back to where it stands.", "Write the schema out as deep as bodies go."),
    "bad-pattern": Code(
        "A pattern cannot be read, or not be matched in linear time.",
        "Write it without look-arounds and back-references.",
    ),
    "body-no-object": Code("A body is always an object, and this schema refuses objects.", "Write `type: object`."),
}
_RULES: Final = {
    "unknown-operator": Code("JSON Logic has no such operator.", "Correct its spelling."),
    "several-operators": Code("An object in a rule holds more than one operator.", "Join them with `and`."),
    "wrong-arity": Code("An operator has too few or too many operands.", "Give it as many as the message names."),
    "too-big": Code("A rule has too many parts, or too much text.", "Split it into several reactors."),
    "unknown-path": Code("A rule reads what no event or member has.", "Correct it, or add it to the event's schema."),
    "unknown-type": Code(
        "Of what a rule reads nothing is known, so it may be anything.",
        "Give it a `type` in the event's schema.",
    ),
    "may-be-missing": Code(
        "A rule needs a value that may not be there.",
        "Give it a default, as in {var: [event.body.tip, 0]}, or check first.",
    ),
    "not-boolean": Code("A condition is something else than true or false.", "Compare it, or wrap it in `!!`."),
}

TITLES: Final[Mapping[str, Mapping[str, Code]]] = {
    "Files and folders": _FOLDER,
    "YAML and JSON": _TEXT,
    "Values": _VALUES,
    "References": _REFERENCES,
    "Event schemas": _SCHEMAS,
    "Rules": _RULES,
}
CODES: Final[Mapping[str, Code]] = {code: what for group in TITLES.values() for code, what in group.items()}

_HEAD = """# Problems in program files

`laurel check` prints every problem of a program as `file:line:column: code: message`. These are the codes.
They are stable: editors and scripts may rely on them.
"""


def page() -> str:
    """The text of `docs/problems.md`."""
    tables = (
        f"## {title}\n\n| code | what it means | what to do |\n|---|---|---|\n"
        + "".join(f"| `{code}` | {what.meaning} | {what.cure} |\n" for code, what in group.items())
        for title, group in TITLES.items()
    )
    return "\n".join((_HEAD, *tables))
