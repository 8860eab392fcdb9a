"""How fast a file of events is imported, compared with batches of requests in the same run, and in how much memory.

`.venv/bin/python benchmarks/imports.py [--events N] [--rounds N] [--json]`: exit 0 when the import is no slower than
the batches, and the memory of Laurel's process grows by less than 200 MiB over that of the batches.
"""

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console

from benchmarks.served import Served, served

PROGRAM = {
    "program.yaml": "store: DEFAULT\ntitle: A shop\ntimezone: UTC\nwallets:\n  points: {default: true}\n",
    "events/purchase.yaml": "event: purchase\nbody: {type: object, properties: {total: {type: integer}}}\n",
    "reactors/points.yaml": "reactor: points\non: purchase\nthen: [{award_points: {points: 1}}]\n",
}
MEMBERS = 500
IN_ONE = 1_000
AT_ONCE = 4
LEAST_RATIO = 1.0
MOST_MEMORY = 200 * 1024 * 1024
PAUSE = 0.05


def events(count: int) -> list[dict[str, Any]]:
    """So many new purchases of some members."""
    now = datetime.now(UTC).isoformat()
    return [
        {
            "type": "purchase",
            "eventDate": now,
            "eventId": uuid4().hex,
            "customerData": {"email": f"member-{number % MEMBERS}@example.com"},
            "body": {"total": 1},
        }
        for number in range(count)
    ]


def report(laurel: Served, folder: Path, count: int) -> float:
    """Events a second by requests with a thousand each, until all are applied."""
    reported = events(count)
    parts = [reported[first : first + IN_ONE] for first in range(0, count, IN_ONE)]

    def send(part: list[dict[str, Any]]) -> None:
        status, answer = laurel.call("POST", "/api/DEFAULT/customEvent/batch", {"events": part}, timeout=600)
        assert status == 200, answer

    before, began = applied(folder), time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, parts))
    return count / (until_applied(folder, before + count) - began)


def import_file(laurel: Served, folder: Path, count: int) -> float:
    """Events a second by one file of JSON lines, until all are applied."""
    content = "".join(json.dumps(each) + "\n" for each in events(count)).encode()
    before, began = applied(folder), time.perf_counter()
    headers = {"X-AUTH-TOKEN": laurel.token, "Content-Type": "application/octet-stream"}
    path = f"{laurel.url}/api/DEFAULT/import/customEvent?fileName={uuid4().hex}.jsonl"
    with urllib.request.urlopen(urllib.request.Request(path, content, headers, method="POST"), timeout=600) as answer:
        import_id = json.loads(answer.read())["importId"]
    ended = until_applied(folder, before + count)
    _, shown = laurel.call("GET", f"/api/DEFAULT/import/{import_id}?_itemsOnPage=1")
    assert shown["import"]["progress"]["done"] == count, shown["import"]
    return count / (ended - began)


def applied(folder: Path) -> int:
    """The points that events have given: one each."""
    with closing(sqlite3.connect(f"file:{folder}/data/laurel.db?mode=ro", uri=True)) as connection:
        (units,) = connection.execute("SELECT coalesce(sum(active), 0) FROM account").fetchone()
    return int(units) // 1_000_000


def until_applied(folder: Path, wanted: int) -> float:
    """Wait until so many events are applied; return when that was."""
    while applied(folder) < wanted:
        time.sleep(PAUSE)
    return time.perf_counter()


def peak_memory() -> int:
    """The largest resident set of a `laurel up` that this process started, in bytes, since it was last reset."""
    peaks = [0]
    for folder in Path("/proc").iterdir():
        try:
            is_ours = folder.name.isdigit() and b"laurel\0up" in (folder / "cmdline").read_bytes()
            lines = (folder / "status").read_text().splitlines() if is_ours else []
        except OSError:
            continue
        peaks += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
    return max(peaks)


def main() -> int:
    """Measure, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    ratios, rates = [], []
    with tempfile.TemporaryDirectory(prefix="laurel-imports-") as name:
        folder = Path(name)
        for file, text in PROGRAM.items():
            (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "program" / file).write_text(text)
        with served(folder, folder / "program") as laurel:
            report(laurel, folder, IN_ONE)  # registers the members, and warms up
            batch, memory = report(laurel, folder, asked.events), peak_memory()
            for number in range(asked.rounds):
                rate = import_file(laurel, folder, asked.events)
                rates.append((batch, rate))
                ratios.append(rate / batch)
                if number < asked.rounds - 1:
                    batch = report(laurel, folder, asked.events)
            grown = peak_memory() - memory
    ratio = statistics.median(ratios)
    shown = ", ".join(f"{batch:.0f}/{rate:.0f}" for batch, rate in rates)
    Console().print(
        f"{asked.events} events: import {ratio:.2f} of the batches (batches/import a second: {shown}); the peak of "
        f"memory grew by {grown / 1024 / 1024:.0f} MiB over {memory / 1024 / 1024:.0f} MiB"
    )
    if asked.json:
        print(json.dumps({"ratio": round(ratio, 3), "grown": grown, "memory": memory}))
    return 0 if ratio >= LEAST_RATIO and grown < MOST_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
