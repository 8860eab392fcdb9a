"""Reports events while everything around Laurel fails, and then looks whether anything was lost or done twice.

`.venv/bin/python -m benchmarks.chaos [--apart] [--events N] [--kills N] [--faults N] [--seed N]`: exit 0 when
everything is right.
"""

import argparse
import random
import sys

import uvloop

from benchmarks.chaos.running import Asked, chaos


def main() -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apart", action="store_true", help="several APIs and workers as processes, on PostgreSQL")
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--kills", type=int, default=9, help="processes that are killed or stopped")
    parser.add_argument(
        "--faults", type=int, default=6, help="connections cut or slow, processes that stand still, ..."
    )
    parser.add_argument("--share", type=float, default=0.1, help="webhooks that fail at first, from 0 to 1")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    given = parser.parse_args()
    asked = Asked(given.apart, given.events, given.kills, given.faults, given.share, given.seed)
    return uvloop.run(chaos(asked))


if __name__ == "__main__":
    sys.exit(main())
