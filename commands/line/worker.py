"""`laurel worker`."""

from commands.line.ending import run_to_end


def worker() -> None:
    """Run a worker alone, for a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands import apart

    run_to_end(apart.run_worker)
