"""`laurel worker`."""

from commands.shared.exits import run_async


def worker() -> None:
    """Run a worker alone, with a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands.worker.process import run_worker

    run_async(run_worker)
