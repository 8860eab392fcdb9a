"""One run: report, let everything fail, wait until it is done, and compare."""

import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from benchmarks import audit
from benchmarks.chaos import deliveries
from benchmarks.chaos.disk import mounted
from benchmarks.chaos.installation import Fault, Installation, apart, together
from benchmarks.chaos.processes import ChaosError, console
from benchmarks.chaos.receivers import GONE, Receivers, receiving
from benchmarks.chaos.reporter import PURCHASES_A_MEMBER, Reporter

STALLED_SECONDS = 420.0
"""How long nothing may become less: a webhook that failed twice is sent again after five minutes."""
FEW_MEMBERS = 5


@dataclass(frozen=True)
class Asked:
    """What a run is made of."""

    is_apart: bool
    events: int
    kills: int
    faults: int
    share: float
    """How many webhooks fail at first, from 0 to 1."""
    seed: int


async def chaos(asked: Asked) -> int:
    """One run; the exit code."""
    how = "apart" if asked.is_apart else "together"
    console.print(f"{asked.events} events, {asked.kills} kills, {asked.faults} faults, seed {asked.seed}, {how}")
    size = 256 + asked.events // 4
    with tempfile.TemporaryDirectory(prefix="laurel-chaos-") as name, mounted(megabytes=size) as disk:
        folder = Path(name)
        async with (apart if asked.is_apart else together)(folder, disk) as installation:
            try:
                wrong = await run(installation, asked)
            except* ChaosError as errors:
                wrong = [str(error) for error in _leaves(errors)]
            if wrong:
                console.print(*(each.last_words() for each in installation.processes), sep="\n")
    for line in wrong[:50]:
        console.print(f"  [red]WRONG[/] {line}")
    console.print("[red]something is wrong[/]" if wrong else "[green]nothing lost, nothing done twice[/]")
    return 1 if wrong else 0


async def run(installation: Installation, asked: Asked) -> list[str]:
    """Report, let it fail, wait; return what is wrong."""
    began = time.monotonic()
    members = max(FEW_MEMBERS, asked.events // PURCHASES_A_MEMBER)
    async with receiving(random.Random(asked.seed), share=asked.share) as receivers:
        async with httpx2.AsyncClient(timeout=15) as client:
            reporter = Reporter(client, installation.urls, random.Random(asked.seed + 1), members)
            await reporter.log_in()
            await reporter.stock()
            subscriptions, gone = await _subscribe(reporter, receivers)
            async with asyncio.TaskGroup() as group:
                group.create_task(reporter.report(asked.events))
                group.create_task(_fail_at_random(installation, reporter, asked))
        _say_what_was_done(reporter, seconds=time.monotonic() - began)
        engine = create_engine(installation.database.replace("postgresql:", "postgresql+psycopg:"), pool_pre_ping=True)
        try:
            await _settled(lambda: deliveries.left(engine, gone=gone))
            console.print(f"  everything done after {time.monotonic() - began:.0f} s")
            _say_what_was_received(receivers)
            return [
                *installation.slow_stops,
                *audit.faults(
                    engine,
                    reporter.accepted,
                    reporter.points.moved,
                    reporter.rewards.bought,
                    reporter.rewards.cancelled,
                    reporter.sales.sales,
                ),
                *deliveries.faults(engine, receivers, subscriptions, gone=gone),
            ]
        finally:
            engine.dispose()


async def _subscribe(reporter: Reporter, receivers: Receivers) -> tuple[Mapping[str, str], str]:
    here = f"http://127.0.0.1:{receivers.port}"
    paths = {f"/{name}": name for name in deliveries.SUBSCRIBED}
    subscriptions = {path: await reporter.subscribe(name, here + path) for path, name in paths.items()}
    return subscriptions, await reporter.subscribe(deliveries.LEAVING, here + GONE)


async def _fail_at_random(installation: Installation, reporter: Reporter, asked: Asked) -> None:
    """Let one thing fail after the other, each when some more events have been accepted."""
    luck = random.Random(asked.seed + 2)
    drawn = [*_drawn(installation.kills, asked.kills, luck), *_drawn(installation.faults, asked.faults, luck)]
    luck.shuffle(drawn)
    moments = sorted(luck.uniform(0.05, 0.9) * asked.events for _ in drawn)
    async with asyncio.TaskGroup() as group:
        for moment, (name, fault) in zip(moments, drawn, strict=True):
            while len(reporter.accepted) < moment:
                await asyncio.sleep(0.02)
            await asyncio.sleep(luck.uniform(0, 0.3))
            console.print(f"  after {len(reporter.accepted)} events: {name}")
            group.create_task(fault(luck))  # several may go wrong at once


def _drawn(among: Mapping[str, Fault], count: int, luck: random.Random) -> list[tuple[str, Fault]]:
    """So many of them, each as often as the others."""
    found: list[tuple[str, Fault]] = []
    while among and len(found) < count:
        found += luck.sample(sorted(among.items()), len(among))
    return found[:count]


async def _settled(left: Callable[[], Mapping[str, int]]) -> None:
    """Wait until nothing is left; raise ChaosError if for some minutes it does not become less."""
    least, until = sys.maxsize, time.monotonic() + STALLED_SECONDS
    waiting: Mapping[str, int] = {"everything": sys.maxsize}
    while waiting:
        if (count := sum(waiting.values())) < least:
            least, until = count, time.monotonic() + STALLED_SECONDS
        if time.monotonic() > until:
            raise ChaosError(f"for {STALLED_SECONDS:.0f} s there have been {waiting}")
        await asyncio.sleep(0.3)
        with contextlib.suppress(DBAPIError):  # PostgreSQL may still be starting
            waiting = await asyncio.to_thread(left)


def _say_what_was_done(reporter: Reporter, *, seconds: float) -> None:
    points = reporter.points
    rewards = reporter.rewards
    sold = f"{len(rewards.bought)} rewards were bought, {len(rewards.cancelled)} of them cancelled"
    sales = reporter.sales.sales
    returns = sum(len(each.returns) for each in sales)
    whole = sum(not each.left for each in sales)
    console.print(f"  {len(sales)} sales, {returns} returns; {whole} sales came back whole")
    console.print(f"  {sold}; {rewards.refused} requests were refused")
    console.print(f"  {len(points.moved)} requests moved points or undid that, {points.refused} were refused")
    console.print(f"  {len(reporter.accepted)} events accepted in {seconds:.0f} s, {reporter.repeated} calls repeated")


def _say_what_was_received(receivers: Receivers) -> None:
    failed = ", ".join(f"{number} {name}" for name, number in sorted(receivers.failed.items()))
    taken = sum(len(each) for each in receivers.taken.values())
    console.print(f"  {taken} webhooks taken; {failed or 'none'} failed at first; {receivers.gone} answered by 410")


def _leaves(group: BaseExceptionGroup[ChaosError]) -> Iterator[BaseException]:
    for error in group.exceptions:
        yield from _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
