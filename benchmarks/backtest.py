"""How fast a backtest is: events of a file replayed under two programs of 50 reactors, by one process and by several.

    .venv/bin/python benchmarks/backtest.py [--events 100000] [--members 5000] [--jobs 1 2] [--json]

Every event is answered twice, under the program in force and under the planned one. Rates are events of the file a
second of the wall clock, start of the processes included, divided by processes; beside them the same by processor time,
which a busy machine slows less.
"""

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from activities.backtest import FromFile, Job, backtest

TARGET = 10_000
"""Events a second and core."""

REACTORS, EVENT_TYPES = 50, 10

PROGRAM = """\
store: DEFAULT
title: Backtest
timezone: Europe/Warsaw
unknown_members: register
wallets:
  points: {default: true, expires: {after: 90d}}
notify_before: {points: 7d}
tiers: [{tier: bronze, from: 0}, {tier: silver, from: 500}, {tier: gold, from: 5000}]
"""
EVENT = """\
event: sale-%d
body:
  type: object
  required: [total, channel]
  properties: {total: {type: number, minimum: 0}, channel: {enum: [web, store]}}
"""
REACTOR = """\
reactor: reactor-%d
on: sale-%d
when: {and: [{">=": [{var: event.body.total}, %d]}, {"==": [{var: event.body.channel}, web]}]}
then: [{award_points: {points: {"*": [{var: event.body.total}, %d]}}}]
"""
LIMITS = "limits: [{per: member, every: day, times: 3}]\n"
STREAK = """\
achievement: streak
on: sale-0
measure: days
window: streak
goal: 7
repeat: unlimited
then: [{award_points: {points: 100}}]
"""


def program(times: int) -> dict[str, bytes]:
    """Fifty reactors over ten event types: about one in three fires."""
    files = {"program.yaml": PROGRAM, "achievements/streak.yaml": STREAK}
    files |= {f"events/sale-{number}.yaml": EVENT % number for number in range(EVENT_TYPES)}
    for number in range(REACTORS):
        text = REACTOR % (number, number % EVENT_TYPES, 6 * number, times if number == 3 else 1)
        files[f"reactors/reactor-{number}.yaml"] = text + (LIMITS if number % 5 == 0 else "")
    return {name: text.encode() for name, text in files.items()}


def write_events(file: Path, events: int, members: int) -> None:
    """Events of thirty days, which is what `laurel plan` replays, of members at random, the same in every run."""
    chance, begin = random.Random(1), datetime(2026, 1, 1, tzinfo=UTC)
    apart = timedelta(days=30) / events
    with file.open("w") as lines:
        for number in range(events):
            event = {
                "type": f"sale-{chance.randrange(EVENT_TYPES)}",
                "eventDate": (begin + number * apart).isoformat(),
                "customerData": {"email": f"member-{chance.randrange(members)}@example.com"},
                "body": {"total": chance.randrange(300), "channel": chance.choice(["web", "store"])},
            }
            lines.write(json.dumps({"event": event}) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--members", type=int, default=5_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=sorted({1, os.cpu_count() or 1}))
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    options = parser.parse_args()
    results: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.jsonl"
        write_events(file, options.events, options.members)
        for jobs in options.jobs:
            results[jobs] = measured(Job(FromFile(file), program(1), program(2)), jobs, options.events)
    print(f"{'processes':>9}{'events/s':>12}{'a core':>10}{'a core, by processor time':>28}   target {TARGET:,} a core")
    for jobs, result in results.items():
        verdict = "met" if result["per_core"] >= TARGET else "MISSED"
        print(
            f"{jobs:9}{result['rate']:12,.0f}{result['per_core']:10,.0f}{result['per_cpu_second']:28,.0f}   {verdict}"
        )
    passed = all(result["per_core"] >= TARGET for result in results.values())
    if options.json:
        print(json.dumps({"events": options.events, "results": results, "target": TARGET, "passed": passed}))
    return 0 if passed else 1


def measured(job: Job, jobs: int, events: int) -> dict[str, float]:
    """Rates of one backtest."""
    before, began = _processor_time(), time.perf_counter()
    contrast = backtest(job, jobs=jobs, progress=lambda _done, _of: None)
    took = time.perf_counter() - began
    spent = _processor_time() - before
    assert contrast.events == events, "every event is replayed"
    return {"rate": events / took, "per_core": events / took / jobs, "per_cpu_second": events / spent}


def _processor_time() -> float:
    """Seconds of this process and of those that it started."""
    usages = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    sys.exit(main())
