"""Record the picture of the README: `python docs/images/record_demo.py` runs the demonstration and draws its words."""

import asyncio
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from commands.demo import demonstration

PICTURE = Path(__file__).with_name("demo.svg")


def main() -> None:
    """Run the demonstration on a console that remembers."""
    with Path("/dev/null").open("w") as nowhere:
        demonstration.console = Console(record=True, width=118, file=nowhere, force_terminal=True, highlight=False)
        asyncio.run(demonstration.run())
        svg = demonstration.console.export_svg(title="make demo", theme=MONOKAI)
    # A picture fetches nothing from elsewhere: the fonts that rich would load are left to the reader's own.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    main()
