"""Metrics are served at a port of their own, also while the event loop is busy."""

import asyncio
import socket
import threading
from datetime import timedelta

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client

from commands.shared.metrics_server import MetricsAddress, MetricsPortError, serving_metrics
from commands.shared.temporal_server import free_port
from database import Database
from tests.kit.programs import files
from tests.kit.running import running
from workflows import system_metrics
from workflows.starter import wake_clocks
from workflows.system_state import SystemMonitor


async def scraped(port: int) -> dict[str, float]:
    async with httpx2.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics", timeout=30)).text
    return {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples}


async def test_a_scrape_shows_the_state_of_the_system(database: Database, temporal: Client):
    port = free_port()
    address = MetricsAddress("127.0.0.1", port)
    async with (
        running(database, temporal, files()) as laurel,
        serving_metrics(SystemMonitor(database, temporal), address),
    ):
        await wake_clocks(database, temporal)
        member = await laurel.register()
        await laurel.schedule(member)
        await laurel.accept(member, "app_login")

        found = await scraped(port)

    names = ["laurel_state_known", "laurel_database_up", "laurel_database_writable", "laurel_temporal_up"]
    assert [found[name] for name in names] == [1, 1, 1, 1]
    assert (found["laurel_workers"] >= 1, found["laurel_events_pending"], found["laurel_clock_running"]) == (True, 1, 1)
    assert found["laurel_build_info"] == 1
    assert found["process_resident_memory_bytes"] > 0


async def test_a_scrape_is_answered_while_the_event_loop_computes(
    sqlite_database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(system_metrics, "PATIENCE", timedelta(seconds=0.3))
    port = free_port()
    ended = threading.Event()

    def scrape() -> dict[str, float]:
        found = asyncio.run(scraped(port))
        ended.set()
        return found

    async with serving_metrics(SystemMonitor(sqlite_database, temporal), MetricsAddress("127.0.0.1", port)):
        scraping = asyncio.get_running_loop().run_in_executor(None, scrape)
        is_answered = ended.wait(60)  # which holds up the event loop
        found = await scraping

    assert is_answered
    assert found["laurel_state_known"] == 0
    assert "laurel_build_info" in found


async def test_a_port_that_is_taken_is_named_with_the_option(sqlite_database: Database, temporal: Client):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = MetricsAddress("127.0.0.1", taken.getsockname()[1])

        with pytest.raises(MetricsPortError, match="--metrics-port"):
            async with serving_metrics(SystemMonitor(sqlite_database, temporal), address):
                pass


async def test_after_its_end_the_port_is_free_again(sqlite_database: Database, temporal: Client):
    monitor, address = SystemMonitor(sqlite_database, temporal), MetricsAddress("127.0.0.1", free_port())
    for _ in range(2):
        async with serving_metrics(monitor, address):
            assert address.port is not None
            assert "laurel_state_known" in await scraped(address.port)
