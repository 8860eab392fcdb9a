"""The API and the worker as processes of their own, for a Temporal cluster and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

import worker
from activities.temporal_names import TASK_QUEUE
from commands.shared import serving
from commands.shared.settings import ADMIN_PASSWORD, SettingError, Settings
from commands.up.embedded import until_asked_to_stop
from database import Database
from database.programs import Programs
from workflows.starter import wake_clocks


async def run_api(*, host: str, port: int) -> None:
    """Serve the API until asked to stop. It starts, and takes events, with Temporal away."""
    settings = Settings.read()
    with _open(settings) as database:
        await _need_admin(database, settings)
        needed = serving.services(
            database,
            Programs(database),
            await worker.connect_lazily(),
            allow=settings.webhook_allow,
            temporal_ui=settings.temporal_ui,
        )
        async with serving.serving(needed, host=host, port=port):
            print(f"Laurel's API answers at http://{host}:{port}/docs", flush=True)
            await until_asked_to_stop()


async def run_worker() -> None:
    """Work until asked to stop."""
    settings = Settings.read()
    with _open(settings) as database:
        client = await worker.connect_until_ready()
        needed = worker.WorkerDependencies(database, Programs(database), client, settings.webhook_allow)
        async with worker.running(needed):
            await wake_clocks(database, client)
            print(
                f"Laurel's worker takes from {TASK_QUEUE!r} of namespace {client.namespace}",
                flush=True,
            )
            await until_asked_to_stop()


@contextmanager
def _open(settings: Settings) -> Iterator[Database]:
    database = Database.open(settings.needed_database_url())
    try:
        yield database
    finally:
        database.close()


async def _need_admin(database: Database, settings: Settings) -> None:
    """See to it that somebody can log in: nobody sees what a service prints, so nothing is made up here."""
    if settings.admin_password is not None:
        await serving.set_admin_password(database, settings.admin_password)
    elif not await database.access_read(lambda access: access.admin(serving.ADMIN)):
        raise SettingError(f"there is no admin yet: set {ADMIN_PASSWORD} the first time")
