"""What changed between two programs, as a diff in words.

changes = differences(old, new)        # () where both say the same, whatever their files look like
print(text(changes))                   # or markdown(changes), or as_json(changes)
"""

from workbench.differences.comparison import differences
from workbench.differences.model import Change, Kind, Part, What
from workbench.differences.rendering import as_json, counted, markdown, text

__all__ = ["Change", "Kind", "Part", "What", "as_json", "counted", "differences", "markdown", "text"]
