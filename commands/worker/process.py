"""The worker in a process of its own, beside a Temporal cluster and PostgreSQL."""

from contextlib import closing

from activities.temporal_names import TASK_QUEUE
from commands.shared.metrics_server import MetricsAddress, serving_metrics
from commands.shared.secret_keys import keys_of_settings
from commands.shared.settings import Settings
from commands.shared.shutdown import wait_for_shutdown
from database import Database
from database.programs import Programs
from worker import WorkerDependencies, connect_until_ready, running
from workflows.starter import wake_clocks
from workflows.system_state import SystemMonitor


async def run_worker(metrics: MetricsAddress) -> None:
    """Run workflows and activities until asked to stop; wait first until Temporal answers."""
    settings = Settings.read()
    settings.start_tracing()
    with closing(Database.open(settings.required_database_url(), keys_of_settings(settings))) as database:
        client = await connect_until_ready()
        kept = (settings.keep, settings.keep_audit_log)
        working = WorkerDependencies(database, Programs(database), client, settings.webhook_allow, *kept)
        async with serving_metrics(SystemMonitor(database, client), metrics), running(working):
            await wake_clocks(database, client)
            print(f"Laurel's worker takes from {TASK_QUEUE!r} of namespace {client.namespace}", flush=True)
            await wait_for_shutdown()
