"""Tests run again and again: whenever a file of the program is saved."""

import sys
from collections.abc import Iterable

from commands.testing.suite import Choice
from commands.testing.telling import Telling, tell
from loyalty.files.layout import SUFFIXES

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def run_again(choice: Choice, telling: Telling, saves: Iterable[object] | None = None) -> None:
    """Run now and after every save, until interrupted; what is broken meanwhile is told, and watched on."""
    try:
        _run(choice, telling)
        for _ in _saves(telling) if saves is None else saves:
            _run(choice, telling)
    except KeyboardInterrupt:
        return


def _run(choice: Choice, telling: Telling) -> None:
    if sys.stdout.isatty():
        print(_CLEAR, end="")
    tell(choice, telling)
    print("watching for changes; Ctrl-C ends", flush=True)


def _saves(telling: Telling) -> Iterable[object]:
    """Whenever files were saved; those that come close together are one. What is written here is none of them."""
    import watchfiles

    own = None if telling.output is None else str(telling.output.resolve())
    return watchfiles.watch(
        telling.folder.resolve(),
        watch_filter=lambda _, path: path.endswith(SUFFIXES) and path != own,
        debounce=200,
    )
