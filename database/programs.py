"""Programs in force: deployed as revisions, read once, remembered."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from database.database import Database
from database.revisions import NewRevision
from database.transaction import Transaction
from loyalty.program.program import Program
from loyalty.webhooks.signing import new_secret
from program_files import read_program, read_revision, revision_hash

FRESH = 1.0
"""Seconds for which the number of the revision in force is believed without asking again."""


class UnknownStore(LookupError):
    """No program was ever deployed to a store."""

    def __init__(self, store: str) -> None:
        super().__init__(f"store {store} has no program: deploy one with `laurel deploy DIR`")
        self.store = store


class UnknownRevision(LookupError):
    """A store never had a revision of that number."""

    def __init__(self, store: str, number: int) -> None:
        said = f"no revision {number}: `laurel revisions` lists those it has" if number else "none before its first"
        super().__init__(f"store {store} has {said}")


class Programs:
    """Every store's programs, compiled. Revisions never change, so each is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[tuple[str, int], Program] = {}
        self._in_force: dict[str, tuple[int, float]] = {}

    async def current(self, store: str) -> tuple[int, Program]:
        """The revision in force and its number; raise UnknownStore."""
        known = self._in_force.get(store)
        if known is not None and time.monotonic() - known[1] < FRESH:
            return known[0], await self.revision(store, known[0])
        latest = await self._database.store(store).read(lambda tx: tx.revisions.latest())
        if latest is None:
            raise UnknownStore(store)
        self._in_force[store] = latest["number"], time.monotonic()
        return latest["number"], await self.revision(store, latest["number"])

    async def revision(self, store: str, number: int) -> Program:
        """One revision; raise UnknownRevision, or UnknownStore where the store has none at all."""
        known = self._read.get((store, number))
        if known is not None:
            return known
        program = await asyncio.to_thread(read_revision, await self.files(store, number))
        self._read[store, number] = program
        return program

    async def files(self, store: str, number: int) -> dict[str, bytes]:
        """The files of one revision; raise UnknownRevision, or UnknownStore where the store has none at all."""

        def read(tx: Transaction) -> dict[str, str]:
            texts = tx.revisions.files(number)
            if texts is None:
                raise UnknownStore(store) if tx.revisions.latest() is None else UnknownRevision(store, number)
            return texts

        texts = await self._database.store(store).read(read)
        return {name: text.encode() for name, text in texts.items()}

    async def deploy(
        self, files: Mapping[str, bytes], *, by: str, based_on: int | None = None, note: str = ""
    ) -> tuple[Program, int, bool]:
        """Put a program in force; answer it, its number, and whether that is new.

        The same files again change nothing. Raise ProgramFaults for a program that is wrong, AnotherInForce where it
        is based on another revision than the one in force (0: on none): then the one in force stays.
        """
        program = await asyncio.to_thread(read_program, files)
        texts = {name: content.decode() for name, content in files.items()}
        new = NewRevision(texts, revision_hash(files), by, note)

        def keep(tx: Transaction) -> tuple[int, bool]:
            now = datetime.now(UTC)
            tx.revisions.open_store(secret=new_secret(), now=now)
            return tx.revisions.put_in_force(new, based_on=based_on, now=now)

        number, is_new = await self._database.store(program.store).write(keep)
        self._read[program.store, number] = program
        self._in_force.pop(program.store, None)
        return program, number, is_new

    async def roll_back(
        self, store: str, to: int | None = None, *, by: str, based_on: int | None = None
    ) -> tuple[int, int, bool]:
        """Put an earlier revision (None: the one before) in force again, as a new one.

        Answer which it was, the number it has now, and whether that is new. Raise UnknownStore, UnknownRevision,
        AnotherInForce, or ProgramFaults where this Laurel does not read it any more: then the one in force stays.
        """
        latest = await self._database.store(store).read(lambda tx: tx.revisions.latest())
        if latest is None:
            raise UnknownStore(store)
        seen = latest["number"] if based_on is None else based_on
        earlier = seen - 1 if to is None else to
        files = await self.files(store, earlier)
        _, number, is_new = await self.deploy(files, by=by, based_on=seen, note=f"rollback to {earlier}")
        return earlier, number, is_new
