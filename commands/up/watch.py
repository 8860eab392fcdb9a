"""A program's folder, watched: what is saved and right is put in force; what is wrong is pointed at, and stays out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import watchfiles
from sqlalchemy.exc import SQLAlchemyError

from commands.check.text import lines
from commands.deploy.deployment import warnings
from database.programs import Programs
from database.revisions import AnotherInForce
from program_files import ProgramFaults, read_folder, read_program
from workbench.differences import differences, text

BY = "laurel up --watch"

_LOOK = 1.0
"""Seconds after which the folder is looked at although nothing told of a save: notices get lost, folders come back."""

_SETTLED = 0.3
"""Seconds for which files must stay as they are: editors write, rename, and write the next one."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A folder at one moment. `stamp` is another after every save, also of the same text."""

    stamp: object
    files: Mapping[str, bytes]
    unreadable: str = ""
    """Why there are no files."""


class Watch:
    """Keeps a running Laurel at what a folder says."""

    def __init__(self, folder: Path, programs: Programs, store: str, revision: int) -> None:
        self._folder = folder
        self._programs = programs
        self._store = store
        self._revision = revision
        self._is_wrong = False
        """Whether what was saved last is not in force."""

    async def run(self) -> None:
        """Deploy saves until cancelled."""
        last: object = None
        async for _ in _notices(self._folder):
            seen = await _settled(self._folder, last)
            if seen.stamp != last:
                last = seen.stamp
                await self._take(seen)

    async def _take(self, seen: _Seen) -> None:
        """Put in force what was saved, if it can be, and say what came of it."""
        try:
            if seen.unreadable:
                self._refuse(seen.unreadable)
            else:
                await self._deploy(seen.files)
        except ProgramFaults as faults:
            self._refuse(str(faults))
        except AnotherInForce as error:
            self._revision = error.number
            self._refuse(f"{error.in_force}, not through this folder: save again to deploy over it")
        except SQLAlchemyError as error:
            self._refuse(f"the database does not answer: {getattr(error, 'orig', error)}")

    async def _deploy(self, files: Mapping[str, bytes]) -> None:
        program = await asyncio.to_thread(read_program, files)
        if program.store != self._store:
            self._refuse(f"program.yaml says store: {program.store} now; `laurel deploy` opens another store")
            return
        before = self._revision
        old = await self._programs.revision(self._store, before)
        _, self._revision, is_new = await self._programs.deploy(files, by=BY, based_on=before)
        if is_new:
            changes = text(differences(old, program)) or f"it says what revision {before} said"
            warned = lines(await asyncio.to_thread(warnings, self._folder))
            _say("\n".join([*warned, changes, f"revision {self._revision} is in force"]))
        elif self._is_wrong:
            _say(f"revision {self._revision} is in force, and what the files say again")
        self._is_wrong = False

    def _refuse(self, why: str) -> None:
        self._is_wrong = True
        _say(f"{why}\nrevision {self._revision} stays in force")


def _say(what: str) -> None:
    print(what, flush=True)


async def _notices(folder: Path) -> AsyncIterator[None]:
    """Whenever something may have been saved: told of by the operating system, and now and then in any case."""
    while True:
        try:
            told = watchfiles.awatch(
                folder, watch_filter=None, step=50, rust_timeout=int(_LOOK * 1000), yield_on_timeout=True
            )
            async with aclosing(told):
                async for changes in told:
                    yield
                    if not changes:
                        break  # and begin anew: the folder of that name may be another by now
        except (OSError, RuntimeError):  # it is away, or the system has no more notices to give: the looks go on
            yield
            await asyncio.sleep(_LOOK)


async def _settled(folder: Path, last: object) -> _Seen:
    """The folder, once nobody is writing to it; at once where it is as it was last."""
    seen = await asyncio.to_thread(_look, folder)
    while seen.stamp != last:
        await asyncio.sleep(_SETTLED)
        again = await asyncio.to_thread(_look, folder)
        if again.stamp == seen.stamp:
            return again
        seen = again
    return seen


def _look(folder: Path) -> _Seen:
    try:
        files = read_folder(folder)
        stats = [(name, (folder / name).stat()) for name in files]
    except FileNotFoundError:
        return _Seen(object(), {})  # like no other: a file went while it was looked at, so the folder is not settled
    except (ProgramFaults, OSError) as error:
        return _Seen(str(error), {}, str(error))
    return _Seen(frozenset((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats), files)
