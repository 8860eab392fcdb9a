"""How many examples property tests generate: `LAUREL_TRIES=100` generates 100 times as many, and others every time."""

import os
from random import SystemRandom

from hypothesis import HealthCheck, Phase, settings

TRIES = int(os.environ.get("LAUREL_TRIES", "0"))
"""The factor for the number of examples; 0: the usual number, and the same examples every time."""

SEED = SystemRandom().randrange(2**40) if TRIES else 0
"""The seed for generators that do not use hypothesis."""


def effort(examples: int) -> settings:
    """Hypothesis settings for a property test that usually has so many examples."""
    return settings(
        max_examples=examples * max(1, TRIES),
        derandomize=not TRIES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],  # without `explain`, which traces every line
        suppress_health_check=list(HealthCheck),
    )
