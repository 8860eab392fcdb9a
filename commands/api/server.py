"""The API in a process of its own, beside a Temporal cluster and PostgreSQL."""

from contextlib import closing

from commands.shared.admin import ADMIN, apply_given_password
from commands.shared.metrics_server import MetricsAddress, serving_metrics
from commands.shared.secret_keys import keys_of_settings
from commands.shared.serving import services, serving
from commands.shared.settings import ADMIN_PASSWORD, SettingError, Settings
from commands.shared.shutdown import wait_for_shutdown
from database import Database
from database.programs import Programs
from worker import connect_lazily
from workflows.system_state import SystemMonitor


async def run_api(*, host: str, port: int, show_docs: bool, metrics: MetricsAddress) -> None:
    """Serve the API until it is asked to stop. It starts and accepts events also while Temporal does not answer."""
    settings = Settings.read()
    settings.start_tracing()
    with closing(Database.open(settings.required_database_url(), keys_of_settings(settings))) as database:
        await _require_admin(database, settings)
        client = await connect_lazily()
        monitor = SystemMonitor(database, client)
        needed = services(
            database,
            Programs(database),
            client,
            monitor,
            allow=settings.webhook_allow,
            temporal_ui=settings.temporal_ui,
            show_docs=show_docs,
        )
        serve = serving(needed, host=host, port=port, proxies=settings.trusted_proxies)
        async with serving_metrics(monitor, metrics), serve:
            print(f"Laurel's console answers at http://{host}:{port}/console")
            print(f"Laurel's API answers at http://{host}:{port}{'/docs' if show_docs else ''}", flush=True)
            await wait_for_shutdown()


async def _require_admin(database: Database, settings: Settings) -> None:
    """Apply the admin's password of the environment; raise SettingError if there is neither.

    No password is generated: what a service prints may never be read, or be read by too many.
    """
    if settings.admin_password is not None:
        notice = await apply_given_password(database, settings.admin_password)
        if notice is not None:
            print(f"Note: {notice}", flush=True)
    elif not await database.access_read(lambda access: access.admins.named(ADMIN)):
        raise SettingError(f"there is no admin yet: set {ADMIN_PASSWORD} the first time")
