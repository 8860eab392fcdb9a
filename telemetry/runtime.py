"""Temporal's own runtime: its log lines join all others, and its own metrics go to a separate port, if requested."""

import logging
import os
from functools import cache

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

SDK_METRICS = "LAUREL_TEMPORAL_METRICS"
"""The variable with the address, `host:port`, at which the metrics of Temporal's SDK are served.

They cost 3 % of the event throughput, so they are off unless it is set.
"""


@cache
def temporal_runtime() -> Runtime:
    """Return the runtime of every client of this process."""
    address = os.environ.get(SDK_METRICS)
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(
                filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
                forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
            ),
            metrics=PrometheusConfig(bind_address=address) if address else None,
        )
    )
