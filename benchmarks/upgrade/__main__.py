"""Upgrade a running Laurel from an earlier commit.

`.venv/bin/python -m benchmarks.upgrade COMMIT [--postgres] [--kill]`: the commit is checked out into a temporary
worktree and run with this environment. Events, a batch, an import, deliveries, points that become active and expire,
and workflows that wait are left under way; then this tree is started on the same data and the same Temporal. Exit 0
when everything was applied once, each webhook was taken, and the audit finds nothing.
"""

import argparse
import asyncio
import sys

from benchmarks.upgrade.running import Asked, upgrade


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", help="the commit to begin with, as Git knows it")
    parser.add_argument("--postgres", action="store_true", help="API and worker apart, on PostgreSQL; else `laurel up`")
    parser.add_argument("--kill", action="store_true", help="end the earlier version by SIGKILL, as a power cut does")
    parser.add_argument("--events", type=int, default=300, help="single events that are reported just before")
    asked = parser.parse_args()
    return asyncio.run(upgrade(Asked(asked.commit, asked.postgres, asked.kill, asked.events)))


if __name__ == "__main__":
    sys.exit(main())
