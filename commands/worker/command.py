"""`laurel worker`."""

from commands.shared.exits import run_async
from commands.shared.options import LOOPBACK, MetricsHost, MetricsPort


def worker(metrics_port: MetricsPort = None, metrics_host: MetricsHost = LOOPBACK) -> None:
    """Run a worker alone, with a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands.shared.metrics_server import MetricsAddress
    from commands.worker.process import run_worker

    run_async(lambda: run_worker(MetricsAddress(metrics_host, metrics_port)))
