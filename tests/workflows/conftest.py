"""A Temporal server that skips time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from commands.shared import temporal_server

SKIPPING = (
    *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
    *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"'),
)


@contextmanager
def clocks_started_by_tests() -> Iterator[None]:
    """Workers in the block start no clock after a deploy: a test starts it, with time standing still."""

    async def wait(*_: object) -> None:
        await asyncio.Event().wait()

    with patch("worker.watch_deploys", wait):
        yield


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server whose workflows can be moved forward in time; each has a clock of its own."""
    with clocks_started_by_tests():
        async with await WorkflowEnvironment.start_time_skipping_v2(
            dev_server_existing_path=temporal_server.binary(),
            dev_server_extra_args=[*temporal_server.search_attribute_arguments(), *SKIPPING],
            ts_config=TimeSkippingConfig(max_session_skip_count=1000),
        ) as environment:
            yield environment
