"""Programs in force: deployed as revisions, read once, remembered."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from database.database import Database
from database.transaction import Transaction
from loyalty.files import read_program, revision_hash
from loyalty.program import Program
from loyalty.signing import new_secret

FRESH = 1.0
"""Seconds for which the number of the revision in force is believed without asking again."""


class UnknownStore(LookupError):
    """No program was ever deployed to a store."""

    def __init__(self, store: str) -> None:
        super().__init__(f"store {store} has no program: deploy one with `laurel deploy DIR`")
        self.store = store


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
        """One revision; raise UnknownStore where there is none."""
        known = self._read.get((store, number))
        if known is not None:
            return known
        files = await self._database.store(store).read(lambda tx: tx.revisions.files(number))
        if files is None:
            raise UnknownStore(store)
        program = await asyncio.to_thread(read_program, {name: text.encode() for name, text in files.items()})
        self._read[store, number] = program
        return program

    async def deploy(self, files: Mapping[str, bytes], *, by: str) -> tuple[Program, int, bool]:
        """Put a program in force; answer it, its number, and whether that is new.

        The same files again change nothing. Raise ProgramFaults for a program that is wrong: then the one in force
        stays.
        """
        program = await asyncio.to_thread(read_program, files)
        content_hash = revision_hash(files)
        texts = {name: content.decode() for name, content in files.items()}

        def keep(tx: Transaction) -> tuple[int, bool]:
            now = datetime.now(UTC)
            tx.revisions.open_store(secret=new_secret(), now=now)
            latest = tx.revisions.latest()
            if latest is not None and latest["hash"] == content_hash:
                return latest["number"], False
            return tx.revisions.add(texts, content_hash=content_hash, by=by, now=now), True

        number, is_new = await self._database.store(program.store).write(keep)
        self._read[program.store, number] = program
        self._in_force.pop(program.store, None)
        return program, number, is_new
