"""The file in a program's folder with the revision that `laurel pull` wrote there; it belongs into git, too."""

import json
from dataclasses import dataclass
from pathlib import Path

from commands.shared.errors import CommandError

FILE = ".laurel-revision"
_MOST_BYTES = 1000


class WrongPulledFile(CommandError):
    """The file with the pulled revision cannot be read; the message gives the cure."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The revision of a store that a folder was last pulled from."""

    store: str
    revision: int


def read_pulled(folder: Path) -> Pulled | None:
    """Return what the folder was last pulled from; None: never. Raise WrongPulledFile."""
    path = folder / FILE
    try:
        found = json.loads(path.read_bytes()[:_MOST_BYTES])
        pulled = Pulled(found["store"], found["revision"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongPulledFile(f"{path} cannot be read ({error}): delete it, and run `laurel pull {folder}`") from None
    if not isinstance(pulled.store, str) or type(pulled.revision) is not int or pulled.revision < 1:
        raise WrongPulledFile(f"{path} names no store and revision: delete it, and run `laurel pull {folder}`")
    return pulled


def pulled_revision(folder: Path, store: str) -> int:
    """Return the revision of a store that a folder was last pulled from; 0: never from this store."""
    pulled = read_pulled(folder)
    return 0 if pulled is None or pulled.store != store else pulled.revision


def write_pulled(folder: Path, pulled: Pulled) -> None:
    """Write which revision a folder was pulled from."""
    text = json.dumps({"store": pulled.store, "revision": pulled.revision})
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
