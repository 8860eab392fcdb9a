"""`laurel ...` in processes that are forked from one that has imported Laurel.

Most commands take a tenth of the time that importing takes.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

IMPORTED = ("cli", "worker", "api.app", "console.app", "workbench.backtest.replay", "workbench.scenarios.running")
TIMEOUT = 60.0

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(list(IMPORTED))


def laurel(
    arguments: Sequence[str], *, stdin: str, cwd: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run `laurel` with arguments to its end; subprocess.TimeoutExpired, and killed, if it takes over a minute."""
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        for stream, text in zip(streams, (stdin, "", ""), strict=True):
            stream.write_text(text)
        process = _context.Process(target=_run, args=(arguments, streams, dict(environment), cwd))
        process.start()
        process.join(TIMEOUT)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["laurel", *arguments], TIMEOUT)
        out, err = (stream.read_text() for stream in streams[1:])
        return subprocess.CompletedProcess(["laurel", *arguments], process.exitcode, out, err)


def _run(arguments: Sequence[str], streams: Sequence[Path], environment: Mapping[str, str], cwd: Path) -> NoReturn:
    """What the forked process does: everything that a new one has of its own, and then the command."""
    for number, (stream, how) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        os.dup2(os.open(stream, how), number)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = ["laurel", *arguments]
    import cli

    cli.main()
    sys.exit(0)
