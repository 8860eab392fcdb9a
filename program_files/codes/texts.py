"""Problems of texts that are not YAML or JSON, or too large."""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import (
    Code,
    NoExample,
    in_achievement,
    in_condition,
    in_effect,
    in_file,
    in_program,
    in_reactor,
)

_DEEP = "[" * 101 + "]" * 101
_BOMB = """\
when:
  or:
    - &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
    - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
    - &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
    - &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
then: [{award_points: {points: 1}}]
"""
_SHORT = """\
when: {in: [{var: event.body.total}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]}
then: [{award_points: {points: 1}}]
"""
_REWARD = "rewards/tea.yaml"

TEXT_CODES: Final[Mapping[str, Code]] = {
    "too-large": Code(
        "The file has more than 1 MiB, or the program's files together more than 8 MiB.",
        "Split it into several files.",
        NoExample("it takes a megabyte"),
    ),
    "not-utf8": Code(
        "The file is not encoded in UTF-8.",
        "Save it as UTF-8.",
        NoExample("this page is UTF-8"),
    ),
    "empty-file": Code(
        "The file is empty, or has only comments.",
        "Write it, or remove it.",
        in_file(_REWARD, "# to do\n", "reward: tea\n"),
    ),
    "bad-character": Code(
        "The file has a control character, a line or paragraph separator, or half a surrogate pair.",
        "Remove it.",
        in_file(
            "rewards/tea.json", '{"reward": "tea", "title": "Tea \\ud83d"}\n', '{"reward": "tea", "title": "Tea"}\n'
        ),
    ),
    "not-yaml": Code(
        "The text is not valid YAML here.",
        "Check indentation, brackets and quotes.",
        in_file(_REWARD, "reward: tea\ntitle: Tea: green\n", 'reward: tea\ntitle: "Tea: green"\n'),
    ),
    "not-json": Code(
        "The text is not valid JSON here.",
        "Check commas, brackets and quotes.",
        in_file("rewards/tea.json", '{"reward": "tea",}\n', '{"reward": "tea"}\n'),
    ),
    "several-documents": Code(
        "The file holds a second document.",
        "Remove the `---`, or split the file.",
        in_file(_REWARD, "reward: tea\n---\nreward: cake\n", "reward: tea\n"),
    ),
    "too-deep": Code(
        "Lists and maps, or a rule, are nested too deep.",
        "Flatten it.",
        in_condition(f"{{in: [{{var: event.body.total}}, {_DEEP}]}}", "{in: [{var: event.body.total}, [1, 2]]}"),
    ),
    "too-many-values": Code(
        "The file, or the program, has too many values; an alias counts as all values that it stands for.",
        "Split it, or use fewer aliases.",
        in_reactor(_BOMB, _SHORT),
    ),
    "unknown-alias": Code(
        "An alias refers to an anchor that is not defined before it.",
        "Repeat the value, or define the anchor above.",
        in_condition("{in: [{var: event.body.shop}, *shops]}", "{in: [{var: event.body.shop}, [north, south]]}"),
    ),
    "tag": Code(
        "YAML tags, such as `!!str`, are not supported.",
        "Remove the tag; put a text in quotes.",
        in_file(_REWARD, "reward: tea\ntitle: !!str 50\n", 'reward: tea\ntitle: "50"\n'),
    ),
    "merge-key": Code(
        "`<<` is not part of YAML 1.2.",
        "Write the keys out.",
        in_effect("award_points: {<<: {round: up}, points: 1}", "award_points: {round: up, points: 1}"),
    ),
    "bad-key": Code(
        "A key is a list, a map or an alias.",
        "Write the key as a text.",
        in_program("wallets:\n  points: {}\n  [miles]: {}\n", "wallets:\n  points: {}\n"),
    ),
    "duplicate-key": Code(
        "A map has the same key twice.",
        "Remove one.",
        in_effect("award_points: {points: 1, points: 2}", "award_points: {points: 2}"),
    ),
    "bad-number": Code(
        "A number is infinite, too large, or has too many digits.",
        "Write it shorter.",
        in_achievement("goal: .inf\n", "goal: 1000\n"),
    ),
}
