"""Run the tests again whenever a file of the program is saved."""

import sys
import time
from collections.abc import Iterable, Iterator

from commands.test.output import ReportOptions, run_and_report
from commands.test.suite import Selection
from program_files.folders.folder import read_contents
from program_files.folders.layout import SUFFIXES

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_POLL_SECONDS = 1.0
"""Seconds after which the folder is read even without a notice of a change: it may be moved away and back."""


def run_again(selection: Selection, options: ReportOptions, notices: Iterable[Iterable[str]] | None = None) -> None:
    """Run now and after every save, until interrupted. A program with errors is reported and watched on.

    `notices`: the paths that may have been saved, batch by batch; by default, from the operating system.
    """
    try:
        last = read_contents(options.folder)
        _run(selection, options)
        for paths in _notices(options) if notices is None else notices:
            contents = read_contents(options.folder)
            if contents != last or _contains_a_save(paths, options):
                last = contents
                _run(selection, options)
    except KeyboardInterrupt:
        return


def _run(selection: Selection, options: ReportOptions) -> None:
    if sys.stdout.isatty():
        print(_CLEAR, end="")
    run_and_report(selection, options)
    print("watching for changes; Ctrl-C ends", flush=True)


def _contains_a_save(paths: Iterable[str], options: ReportOptions) -> bool:
    """Return whether a file of the program was written, even with the same content, apart from the report itself."""
    own = None if options.output is None else str(options.output.resolve())
    return any(path.endswith(SUFFIXES) and path != own for path in paths)


def _notices(options: ReportOptions) -> Iterator[Iterable[str]]:
    """Yield the changed paths that the operating system reports, in batches; an empty batch every _POLL_SECONDS."""
    import watchfiles

    while True:
        try:
            for changes in watchfiles.watch(
                options.folder.resolve(),
                watch_filter=None,
                debounce=200,
                rust_timeout=int(_POLL_SECONDS * 1000),
                yield_on_timeout=True,
            ):
                yield [path for _, path in changes]
                if not changes:
                    break  # watch anew: by now the name may belong to another folder
        except (OSError, RuntimeError):  # the folder is away, or the system has no watches left: poll
            yield ()
            time.sleep(_POLL_SECONDS)
