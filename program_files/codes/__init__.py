"""Every problem that program files can have: what it means, its cure, and an example. `docs/problems.md` is made of it.

One module a group; a test runs every example.
"""

from collections.abc import Mapping
from typing import Final

from program_files.codes.code import BASE, Code, Example, NoExample
from program_files.codes.cross_file import TOGETHER_CODES
from program_files.codes.folders import FOLDER_CODES
from program_files.codes.references import REFERENCE_CODES
from program_files.codes.rules import RULE_CODES
from program_files.codes.schemas import SCHEMA_CODES
from program_files.codes.tests import TEST_CODES
from program_files.codes.texts import TEXT_CODES
from program_files.codes.values import VALUE_CODES

TITLES: Final[Mapping[str, Mapping[str, Code]]] = {
    "Files and folders": FOLDER_CODES,
    "YAML and JSON": TEXT_CODES,
    "Values": VALUE_CODES,
    "References": REFERENCE_CODES,
    "Event schemas": SCHEMA_CODES,
    "Rules": RULE_CODES,
    "Reactors together": TOGETHER_CODES,
    "Tests": TEST_CODES,
}
CODES: Final[Mapping[str, Code]] = {code: what for group in TITLES.values() for code, what in group.items()}

__all__ = ["BASE", "CODES", "TITLES", "Code", "Example", "NoExample"]
