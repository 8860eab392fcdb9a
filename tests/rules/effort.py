"""How long generated tests look for trouble: `LAUREL_TRIES=100` tries a hundred times as much, and anew every time."""

import os
from random import SystemRandom

from hypothesis import HealthCheck, Phase, settings

TRIES = int(os.environ.get("LAUREL_TRIES", "0"))
"""How many times the usual; 0 is the usual, with the same cases every time."""

SEED = SystemRandom().randrange(2**40) if TRIES else 0
"""Where generators that draw by themselves begin."""


def effort(examples: int) -> settings:
    """The usual number of examples, or as many times more as are asked for."""
    return settings(
        max_examples=examples * max(1, TRIES),
        derandomize=not TRIES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],  # without the phase that explains, for which every line is traced
        suppress_health_check=list(HealthCheck),
    )
