"""A program put in force from the command line, wherever its database is."""

from collections.abc import Mapping
from pathlib import Path

import httpx2

from commands import embedded
from commands.settings import Settings
from database import Database
from database.programs import Programs
from loyalty.files import read_program


async def deploy(files: Mapping[str, bytes], *, data: Path) -> str:
    """Deploy, and say what came of it. Raise ProgramFaults, SettingError or EmbeddedError.

    A SQLite file has one writing process, so a running `laurel up` is asked to do it.
    """
    settings = Settings.read()
    program = read_program(files)
    if settings.database_url is None and (running := embedded.running_at(data)):
        revision, is_new = await _ask(running, program.store, files)
    elif settings.database_url is None and not (data / embedded.DATABASE).exists():
        raise embedded.EmbeddedError(f"nothing was ever started in {data}: name the --data of your `laurel up`")
    else:
        revision, is_new = await _deploy(files, settings, data)
    said = "is in force" if is_new else "was in force already"
    return f"store {program.store}: revision {revision} {said}"


async def _deploy(files: Mapping[str, bytes], settings: Settings, data: Path) -> tuple[int, bool]:
    """Write to the database, which nobody else holds."""
    with embedded.held(data, settings) as url:
        database = Database.open(url)
        try:
            _, revision, is_new = await Programs(database).deploy(files, by="laurel deploy")
        finally:
            database.close()
    return revision, is_new


async def _ask(running: embedded.RunningAt, store: str, files: Mapping[str, bytes]) -> tuple[int, bool]:
    """Have a running Laurel deploy."""
    texts = {name: content.decode() for name, content in files.items()}
    async with httpx2.AsyncClient(base_url=running.url, headers={"X-AUTH-TOKEN": running.key}, timeout=60) as client:
        try:
            answer = await client.post(f"/api/{store}/program", json={"files": texts})
        except httpx2.HTTPError as error:
            raise embedded.EmbeddedError(f"{running.url} does not answer: {error}") from None
    if answer.status_code != 200:
        raise embedded.EmbeddedError(f"{running.url} refused the program: {answer.text[:500]}")
    said = answer.json()
    return said["revision"], said["isNew"]
