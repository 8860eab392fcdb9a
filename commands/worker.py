"""`laurel worker`."""

from commands.shared.exits import run_to_end


def worker() -> None:
    """Run a worker alone, for a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands.shared import standalone as apart

    run_to_end(apart.run_worker)
