"""`laurel api`."""

from typing import Annotated

import typer

from commands.shared.exits import run_async
from commands.shared.options import API_PORT, LOOPBACK, Docs, MetricsHost, MetricsPort


def api(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = API_PORT,
    docs: Docs = True,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Run the API alone, with a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands.api.server import run_api
    from commands.shared.metrics_server import MetricsAddress

    metrics = MetricsAddress(metrics_host, metrics_port)
    run_async(lambda: run_api(host=host, port=port, show_docs=docs, metrics=metrics))
