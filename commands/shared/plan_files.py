"""Plan files: a plan with its program, so that exactly this program can be deployed."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from commands.shared.errors import CommandError
from rules import MalformedJson, exact
from rules.values import Json

VERSION = 1
"""The version of the format of plan files."""


class PlanError(CommandError):
    """A plan cannot be made or used; the message says why and what to do."""


def save_plan(plan: Mapping[str, Json], files: Mapping[str, bytes], file: Path) -> None:
    """Write a plan with the files of its program; raise OSError."""
    texts: dict[str, Json] = {name: content.decode() for name, content in files.items()}
    content = {**plan, "files": texts}
    file.write_text(exact.dumps(content | {"checksum": _checksum(content)}) + "\n", encoding="utf-8")


def read_plan(file: Path) -> tuple[Mapping[str, bytes], int]:
    """Return the files of a plan's program, and the revision that it may replace (0: none).

    Raise PlanError for a file that is not a plan, that was changed since, or that was compared with a folder.
    """
    try:
        content: Any = exact.loads(file.read_bytes())
        version, based_on, checksum = content["laurelPlan"], content["basedOn"], content.pop("checksum")
        files = {str(name): str(text).encode() for name, text in content["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError, MalformedJson):
        raise PlanError(f"{file} is not a plan: make one with `laurel plan DIR --save FILE`") from None
    if version != VERSION:
        raise PlanError(f"{file} is a plan of another version of Laurel ({version}): plan again")
    if based_on is None:
        raise PlanError(f"{file} was compared with a folder, not with the program in force: plan without --against")
    if _checksum(content) != checksum or not isinstance(based_on, int):
        raise PlanError(f"{file} was changed since it was made: plan again")
    return files, based_on


def _checksum(content: Mapping[str, Json]) -> str:
    """Return a checksum of the whole plan, including its numbers; the layout of the file does not matter."""
    return sha256(exact.dumps(content).encode()).hexdigest()
