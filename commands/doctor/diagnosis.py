"""Diagnose a set-up, part by part: each finding with its cure."""

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import httpx2

from commands.doctor.database import look_at_database
from commands.doctor.finding import Finding, ill, well
from commands.doctor.machine import look_at_folder, look_at_port
from commands.doctor.temporal import look_at_temporal
from commands.shared.data_folder import RunningLaurel, running_on
from commands.shared.settings import KNOWN, SettingError, Settings
from rules.spelling import closest_match
from telemetry.runtime import SDK_METRICS


async def diagnose(data: Path, port: int) -> list[Finding]:
    """Examine settings, data folder, database, Temporal and port; nothing is changed."""
    return [finding async for finding in _findings(data, port)]


async def _findings(data: Path, port: int) -> AsyncIterator[Finding]:
    try:
        settings = Settings.read()
    except SettingError as error:
        yield ill("settings", str(error), "correct the variable")
        return
    for finding in look_at_variables(os.environ):
        yield finding
    is_apart = settings.database_url is not None
    running = None if is_apart else running_on(data)
    if not is_apart:
        for finding in look_at_folder(data):
            yield finding
    for finding in look_at_database(data, settings):
        yield finding
    if running is not None:
        for finding in _ask(running):
            yield finding
        return
    yield look_at_port(port)
    if is_apart:
        async for finding in look_at_temporal():
            yield finding


_PREFIX = "LAUREL_"
_READ_ELSEWHERE = (SDK_METRICS, "LAUREL_PROGRAM")
"""Variables that the settings do not read; the second is that of compose.yaml."""


def look_at_variables(names: Iterable[str]) -> Iterator[Finding]:
    """Yield the variables that begin as those of Laurel do, and that it does not read."""
    for name in sorted(names):
        if name.startswith(_PREFIX) and name not in (*KNOWN, *_READ_ELSEWHERE):
            close = closest_match(name.removeprefix(_PREFIX), [each.removeprefix(_PREFIX) for each in KNOWN])
            cure = "remove it" if close is None else f"call it {_PREFIX}{close}, or remove it"
            yield ill("settings", f"{name} is not a variable of Laurel, and does nothing", cure)


def _ask(running: RunningLaurel) -> Iterator[Finding]:
    """Yield the health checks of a running Laurel."""
    try:
        answer = httpx2.get(f"{running.url}/health/ready", timeout=5)
        checks = answer.json()["checks"]
    except (httpx2.HTTPError, ValueError, KeyError) as error:
        yield ill("running Laurel", f"{running.url} does not answer ({error})", "stop it and start it again")
        return
    for name, check in checks.items():
        message = check.get("message", "")
        if check["status"] == "ok":
            yield well(f"running Laurel, {name}", "ok")
        else:
            yield ill(f"running Laurel, {name}", message or check["status"], "see docs/observing.md")
