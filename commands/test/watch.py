"""Tests run again and again: whenever a file of the program is saved."""

import sys
import time
from collections.abc import Iterable, Iterator

from commands.test.output import Telling, tell
from commands.test.suite import Choice
from program_files.folder import read_contents
from program_files.layout import SUFFIXES

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_LOOK = 1.0
"""Seconds after which the folder is looked at although nothing told of a save: folders are moved, and come back."""


def run_again(choice: Choice, telling: Telling, notices: Iterable[Iterable[str]] | None = None) -> None:
    """Run now and after every save, until interrupted; what is broken meanwhile is told, and watched on.

    `notices` are of paths that may have been saved; without them, the operating system's.
    """
    try:
        last = read_contents(telling.folder)
        _run(choice, telling)
        for paths in _notices(telling) if notices is None else notices:
            contents = read_contents(telling.folder)
            if contents != last or _tells_of_a_save(paths, telling):
                last = contents
                _run(choice, telling)
    except KeyboardInterrupt:
        return


def _run(choice: Choice, telling: Telling) -> None:
    if sys.stdout.isatty():
        print(_CLEAR, end="")
    tell(choice, telling)
    print("watching for changes; Ctrl-C ends", flush=True)


def _tells_of_a_save(paths: Iterable[str], telling: Telling) -> bool:
    """Whether a file of the program was written, be it as it was. What is written here is none of it."""
    own = None if telling.output is None else str(telling.output.resolve())
    return any(path.endswith(SUFFIXES) and path != own for path in paths)


def _notices(telling: Telling) -> Iterator[Iterable[str]]:
    """The paths that the operating system tells of, those that come close together at once; now and then, none."""
    import watchfiles

    while True:
        try:
            for changes in watchfiles.watch(
                telling.folder.resolve(),
                watch_filter=None,
                debounce=200,
                rust_timeout=int(_LOOK * 1000),
                yield_on_timeout=True,
            ):
                yield [path for _, path in changes]
                if not changes:
                    break  # and begin anew: the folder of that name may be another by now
        except (OSError, RuntimeError):  # it is away, or the system has no more notices to give: the looks go on
            yield ()
            time.sleep(_LOOK)
