"""What events whose rules take long do to others on SQLite, which has one writer.

`.venv/bin/python benchmarks/slow_rules.py [--of reactor|achievement] [--seconds S] [--json]`: a store reports small
events, one after the other by a few clients; after a while another store's events are reported beside it, each of
which takes half of the steps that one event may take. Exit 0 when the small ones are applied within LONGEST seconds
even then.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console

from benchmarks.served import Served, served

LONGEST = 2.0
"""Seconds from a report until it is applied, of 99 in a hundred small events."""
CLIENTS, SLOW_AT_ONCE = 4, 4
NUMBERS = 80_000
"""A rule that adds them up takes nearly half of the steps of an event; a body has room for no more."""

PROGRAM = (
    "store: {store}\ntitle: A shop\ntimezone: UTC\nunknown_members: register\nwallets: {{points: {{default: true}}}}\n"
)
EVENT = "event: purchase\nbody: {type: object, required: [total], properties: {total: {type: number}}}\n"
POINTS = "reactor: points\non: purchase\nthen: [{award_points: {points: {var: event.body.total}}}]\n"
COUNTED = (
    "event: counted\nbody: {type: object, required: [n], properties: {n: {type: array, items: {type: integer}}}}\n"
)
CONDITION = """on: counted
when: {">": [{reduce: [{var: event.body.n}, {"+": [{var: accumulator}, 1]}, 0]}, 0]}
"""
COUNTING = {
    "reactor": f"reactor: counting\n{CONDITION}then: [{{award_points: {{points: 1}}}}]\n",
    "achievement": f"achievement: counting\n{CONDITION}goal: 1000\n",
}
"""Files with a slow rule, by what the rule is of."""


@dataclass(frozen=True)
class Small:
    """The small events of one phase."""

    seconds: list[float]
    rate: float

    def shown(self) -> str:
        """In words."""
        ordered = sorted(self.seconds)
        late = ordered[int(len(ordered) * 0.99)]
        median = statistics.median(ordered)
        return f"{self.rate:.1f}/s, median {median:.3f} s, 99 % within {late:.3f} s, the longest {ordered[-1]:.3f} s"

    @property
    def nearly_longest(self) -> float:
        """How long 99 in a hundred took at most."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]


def reported(type_: str, email: str, body: dict[str, Any]) -> dict[str, Any]:
    """An event as it is reported."""
    now = datetime.now(UTC).isoformat()
    return {"event": {"type": type_, "eventDate": now, "customerData": {"email": email}, "body": body}}


def apply(laurel: Served, store: str, content: dict[str, Any]) -> None:
    """Report an event, and wait until it is applied."""
    while True:
        status, answer = laurel.call("POST", f"/api/{store}/customEvent", content, prefer="wait=60", timeout=90)
        if status == 503:
            time.sleep(0.2)
            continue
        if status != 200 or answer["outcome"]["status"] != "applied":
            raise RuntimeError(f"{status} {str(answer)[:500]}")
        return


def small_events(laurel: Served, seconds: float) -> Small:
    """Report small events for a while, and measure each."""
    until, taken, lock = time.monotonic() + seconds, [], threading.Lock()

    def client(number: int) -> None:
        count = 0
        while time.monotonic() < until:
            began = time.monotonic()
            apply(laurel, "LIGHT", reported("purchase", f"m{number}-{count % 20}@example.com", {"total": 1}))
            count += 1
            with lock:
                taken.append(time.monotonic() - began)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    return Small(taken, len(taken) / seconds)


def beside(work: Callable[[int, int], None], ended: threading.Event) -> list[threading.Thread]:
    """Do work again and again in threads, until it is to end."""
    counts = [0] * SLOW_AT_ONCE

    def run(number: int) -> None:
        while not ended.is_set():
            work(number, counts[number])
            counts[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(SLOW_AT_ONCE)]
    for thread in threads:
        thread.start()
    return threads


def run(of: str, seconds: float, console: Console) -> tuple[Small, Small, int]:
    """Measure small events alone, and beside slow ones; return both, and how many slow ones were applied meanwhile."""
    with tempfile.TemporaryDirectory(prefix="laurel-slow-") as name:
        folder = Path(name)
        files = {
            "program.yaml": PROGRAM.format(store="LIGHT"),
            "events/purchase.yaml": EVENT,
            "reactors/p.yaml": POINTS,
        }
        for file, text in files.items():
            (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "program" / file).write_text(text.replace("reactor: points", "reactor: p"))
        heavy = {"program.yaml": PROGRAM.format(store="HEAVY"), "events/counted.yaml": COUNTED}
        heavy[f"{of}s/counting.yaml"] = COUNTING[of]
        with served(folder, folder / "program") as laurel:
            status, answer = laurel.call("POST", "/api/HEAVY/program", {"files": heavy})
            if status != 200:
                raise RuntimeError(f"{status} {answer}")
            small_events(laurel, 3)  # warm up
            alone = small_events(laurel, seconds)
            console.print(f"  small events alone: {alone.shown()}")
            began, ended, slow = time.monotonic(), threading.Event(), []

            def work(number: int, count: int) -> None:
                apply(laurel, "HEAVY", reported("counted", f"h{number}-{count}@example.com", {"n": [1] * NUMBERS}))
                slow.append(time.monotonic())

            threads = beside(work, ended)
            together = small_events(laurel, seconds)
            done = len(slow)
            ended.set()
            for thread in threads:
                thread.join()
            rate = done / (time.monotonic() - began)
            console.print(f"  beside slow ones ({rate:.1f}/s): {together.shown()}")
            return alone, together, done


def main() -> int:
    """Measure, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", choices=sorted(COUNTING), default="reactor", help="what the slow rule is of")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each phase")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    alone, together, slow = run(asked.of, asked.seconds, Console(stderr=asked.json))
    if asked.json:
        found = {"alone": alone.nearly_longest, "together": together.nearly_longest, "slow": slow}
        print(json.dumps(found))
    return 1 if together.nearly_longest > LONGEST else 0


if __name__ == "__main__":
    sys.exit(main())
