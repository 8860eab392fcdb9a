"""A Temporal server that skips time."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from commands.shared import temporal_server

SKIPPING = (
    *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
    *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"'),
)


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows can be moved forward in time; each has a clock of its own."""
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=temporal_server.binary(),
        dev_server_extra_args=[*temporal_server.search_attribute_arguments(), *SKIPPING],
        ts_config=TimeSkippingConfig(max_session_skip_count=1000),
    ) as environment:
        yield environment
