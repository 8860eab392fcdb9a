"""Watch the folder of a program: deploy each save, or print its errors and leave the revision in force."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import watchfiles
from sqlalchemy.exc import SQLAlchemyError

from commands.shared.consent import refused
from commands.shared.deployment import warnings_of
from commands.shared.problem_text import problem_lines
from commands.shared.pulled import WrongPulledFile, pulled_revision
from database.programs import Programs
from database.revisions import AnotherInForce, NotPulled
from loyalty.refusals import UnnamedLosses
from program_files import ProgramFaults, read_folder, read_program
from program_files.folders.folder import only_tests
from workbench.differences import differences, text

BY = "laurel up --watch"

_POLL_SECONDS = 1.0
"""Seconds after which the folder is read even without a notice of a change: notices get lost, folders come back."""

_SETTLED_SECONDS = 0.3
"""Seconds without a change before files are read: editors save in several writes and renames."""


@dataclass(frozen=True, slots=True)
class _FolderState:
    """The state of a folder.

    `stamp` changes with every save, even with the same content, but not with one of a test.
    """

    stamp: object
    files: Mapping[str, bytes]
    unreadable: str = ""
    """Why the files cannot be read."""


class FolderWatch:
    """Deploys a folder to a running Laurel whenever it is saved."""

    def __init__(self, folder: Path, programs: Programs, store: str, revision: int, *, deploy: str) -> None:
        """Watch a folder; `deploy` is the command to deploy by hand what a save may not."""
        self._folder = folder
        self._programs = programs
        self._store = store
        self._revision = revision
        self._by_hand = deploy
        self._is_wrong = False
        """Whether the last save was refused."""

    async def run(self) -> None:
        """Deploy each save until cancelled."""
        last: object = None
        async for _ in _notices(self._folder):
            state = await _settled(self._folder, last)
            if state.stamp != last:
                last = state.stamp
                await self._apply(state)

    async def _apply(self, state: _FolderState) -> None:
        """Deploy what was saved, or print why it is refused."""
        try:
            if state.unreadable:
                self._refuse(state.unreadable)
            else:
                await self._deploy(state.files)
        except ProgramFaults as faults:
            self._refuse(str(faults))
        except UnnamedLosses as losses:
            self._refuse(f"{refused(losses, self._by_hand)}\n(in another terminal; a save alone loses nothing)")
        except (NotPulled, WrongPulledFile) as error:
            self._refuse(str(error))
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
        pulled = await asyncio.to_thread(pulled_revision, self._folder, self._store)
        _, self._revision, is_new = await self._programs.deploy(files, by=BY, based_on=before, pulled=pulled)
        if is_new:
            changes = text(differences(old, program)) or f"it says what revision {before} said"
            warnings = problem_lines(await asyncio.to_thread(warnings_of, self._folder))
            _print("\n".join([*warnings, changes, f"revision {self._revision} is in force"]))
        elif self._is_wrong:
            _print(f"revision {self._revision} is in force, and what the files say again")
        self._is_wrong = False

    def _refuse(self, why: str) -> None:
        self._is_wrong = True
        _print(f"{why}\nrevision {self._revision} stays in force")


def _print(what: str) -> None:
    print(what, flush=True)


async def _notices(folder: Path) -> AsyncIterator[None]:
    """Yield when something may have been saved: on notices of the operating system, and every _POLL_SECONDS."""
    while True:
        try:
            notices = watchfiles.awatch(
                folder, watch_filter=None, step=50, rust_timeout=int(_POLL_SECONDS * 1000), yield_on_timeout=True
            )
            async with aclosing(notices):
                async for changes in notices:
                    yield
                    if not changes:
                        break  # watch anew: by now the name may belong to another folder
        except (OSError, RuntimeError):  # the folder is away, or the system has no watches left: poll
            yield
            await asyncio.sleep(_POLL_SECONDS)


async def _settled(folder: Path, last: object) -> _FolderState:
    """Return the state of the folder, once writing has paused; at once if it is still `last`."""
    state = await asyncio.to_thread(_read_state, folder)
    while state.stamp != last:
        await asyncio.sleep(_SETTLED_SECONDS)
        again = await asyncio.to_thread(_read_state, folder)
        if again.stamp == state.stamp:
            return again
        state = again
    return state


def _read_state(folder: Path) -> _FolderState:
    try:
        files = read_folder(folder)
        stats = [(name, (folder / name).stat()) for name in files.keys() - only_tests(files).keys()]
    except FileNotFoundError:
        return _FolderState(
            object(), {}
        )  # a unique stamp: a file vanished during the read, so the folder is not settled
    except (ProgramFaults, OSError) as error:
        return _FolderState(str(error), {}, str(error))
    return _FolderState(frozenset((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats), files)
