"""Programs of stores: deployed as revisions, compiled once, cached."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

from database.database import Database
from database.deploys import NewProgram, OvertakenDeploy, Replaced, put_in_force
from database.revisions import AnotherInForce, NewRevision
from database.transaction import ReadTransaction, Transaction
from loyalty.losses import NO_CONSENT, DeployConsent
from loyalty.program.outline import Outline
from loyalty.program.program import Program
from program_files import read_outline, read_program, read_revision, revision_hash

DeployWork: TypeAlias = Callable[[Transaction], tuple[int, bool]]
"""Puts a program in force; returns the number of its revision, and whether that is new."""

WriteDeploy: TypeAlias = Callable[[DeployWork], Awaitable[tuple[int, bool]]]
"""Runs the work of a deploy in a transaction of its store."""

CACHE_SECONDS = 1.0
"""Seconds for which the number of the revision in force is cached."""


class UnknownStore(LookupError):
    """No program was deployed to a store yet."""

    def __init__(self, store: str) -> None:
        super().__init__(f"store {store} has no program: deploy one with `laurel deploy DIR`")
        self.store = store


class UnknownRevision(LookupError):
    """A store has no revision of that number."""

    def __init__(self, store: str, number: int) -> None:
        said = f"no revision {number}: `laurel revisions` lists those it has" if number else "none before its first"
        super().__init__(f"store {store} has {said}")


class Programs:
    """Every store's programs, compiled. Revisions never change, so each is compiled once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._compiled: dict[tuple[str, int], Program] = {}
        self._in_force: dict[str, tuple[int, float]] = {}

    async def current(self, store: str, *, fresh: bool = False) -> tuple[int, Program]:
        """Return the number of the revision in force, and its program; raise UnknownStore.

        `fresh`: not one that was replaced within the last CACHE_SECONDS.
        """
        cached = None if fresh else self._in_force.get(store)
        if cached is not None and time.monotonic() - cached[1] < CACHE_SECONDS:
            return cached[0], await self.revision(store, cached[0])
        latest = await self._database.store(store).read(lambda tx: tx.revisions.latest())
        if latest is None:
            raise UnknownStore(store)
        self._in_force[store] = latest.number, time.monotonic()
        return latest.number, await self.revision(store, latest.number)

    async def revision(self, store: str, number: int) -> Program:
        """Return the program of a revision; raise UnknownRevision, or UnknownStore if the store has none at all."""
        cached = self._compiled.get((store, number))
        if cached is not None:
            return cached
        program = await asyncio.to_thread(read_revision, await self.files(store, number))
        self._compiled[store, number] = program
        return program

    async def files(self, store: str, number: int) -> dict[str, bytes]:
        """Return the files of a revision; raise UnknownRevision, or UnknownStore if the store has none at all."""

        def read(tx: ReadTransaction) -> dict[str, str]:
            texts = tx.revisions.files(number)
            if texts is None:
                raise UnknownStore(store) if tx.revisions.latest() is None else UnknownRevision(store, number)
            return texts

        texts = await self._database.store(store).read(read)
        return {name: text.encode() for name, text in texts.items()}

    async def deploy(
        self,
        files: Mapping[str, bytes],
        *,
        by: str,
        based_on: int | None = None,
        pulled: int | None = None,
        in_console: bool = False,
        note: str = "",
        consent: DeployConsent = NO_CONSENT,
        write: WriteDeploy | None = None,
    ) -> tuple[Program, int, bool]:
        """Put a program in force; return it, its revision number, and whether that is new.

        `pulled`: the revision that the files' folder was last pulled from (0: never); None: they are from no folder.
        `in_console`: they were edited there. `write` runs the transaction; None: an ordinary one. Deploying the files
        in force again changes nothing. Raise ProgramFaults for a program with faults, AnotherInForce if it is based on
        another revision than the one in force (0: on none), NotPulled if the console created one after `pulled`, and
        UnnamedLosses if members would lose something to which `consent` does not agree.
        """
        program = await asyncio.to_thread(read_program, files)
        texts = {name: content.decode() for name, content in files.items()}
        revision = NewRevision(texts, revision_hash(files), by, note, in_console)
        new = NewProgram(revision, Outline.of(program), based_on, consent, pulled)
        number, is_new = await self._deploy(program.store, new, write or self._database.store(program.store).write)
        self._compiled[program.store, number] = program
        self._in_force.pop(program.store, None)
        return program, number, is_new

    async def _deploy(self, store: str, new: NewProgram, write: WriteDeploy) -> tuple[int, bool]:
        """Deploy over the revision in force; repeat if another came into force since it was read."""
        while True:
            replaced = await self._replaced(store)
            work = partial(put_in_force, new=new, replaced=replaced, now=datetime.now(UTC))
            with suppress(OvertakenDeploy):
                return await write(work)

    async def _replaced(self, store: str) -> Replaced:
        latest = await self._database.store(store).read(lambda tx: tx.revisions.latest())
        if latest is None:
            return Replaced(0, None)
        return Replaced(latest.number, await asyncio.to_thread(read_outline, await self.files(store, latest.number)))

    async def roll_back(
        self,
        store: str,
        to: int | None = None,
        *,
        by: str,
        based_on: int | None = None,
        in_console: bool = False,
        note: str = "",
        consent: DeployConsent = NO_CONSENT,
        write: WriteDeploy | None = None,
    ) -> tuple[int, int, bool]:
        """Put an earlier revision (None: the one before) in force again, as a new one.

        Return its number, its new number, and whether that is new. Raise UnknownStore, UnknownRevision, AnotherInForce,
        ProgramFaults if this version of Laurel finds faults in it, or UnnamedLosses as `deploy` does.
        """
        earlier, seen = await self.to_roll_back_to(store, to, based_on=based_on)
        files = await self.files(store, earlier)
        _, number, is_new = await self.deploy(
            files,
            by=by,
            based_on=seen,
            in_console=in_console,
            note=f"rollback to {earlier}" + (f": {note}" if note else ""),
            consent=consent,
            write=write,
        )
        return earlier, number, is_new

    async def to_roll_back_to(self, store: str, to: int | None, *, based_on: int | None) -> tuple[int, int]:
        """Return the revision to which `roll_back` goes back, and the one that must be in force.

        Raise UnknownStore, or AnotherInForce if it is based on a revision that does not exist, or on the first one.
        """
        latest = await self._database.store(store).read(lambda tx: tx.revisions.latest())
        if latest is None:
            raise UnknownStore(store)
        seen = latest.number if based_on is None else based_on
        earlier = seen - 1 if to is None else to
        if seen > latest.number or (seen < latest.number and earlier < 1):
            raise AnotherInForce(latest.number, by=latest.deployed_by, at=latest.deployed_at, based_on=seen)
        return earlier, seen
