"""`laurel evaluate`."""

import sys
from typing import Any

import typer


def evaluate() -> None:
    """Evaluate JSON Logic: lines of {"rule": ..., "data": ...} in, {"result": ...} or {"error": ...} out."""
    import rules

    worst = 0
    for line in filter(str.strip, sys.stdin):
        answer, fault = _evaluated(line)
        worst = max(worst, fault)
        print(rules.exact.dumps(answer), flush=True)
    if worst:
        raise typer.Exit(worst)


def _evaluated(line: str) -> tuple[dict[str, Any], int]:
    """The answer to one line, and whose fault it is where it is an error: 1 the rule's, 2 the line's."""
    import rules

    try:
        asked = rules.exact.loads(line)
    except rules.MalformedJson as error:
        return {"error": str(error)}, 2
    if not isinstance(asked, dict) or "rule" not in asked:
        return {"error": 'write lines such as {"rule": {"var": "a"}, "data": {"a": 1}}'}, 2
    try:
        return {"result": rules.evaluate(asked["rule"], asked.get("data"))}, 0
    except rules.RuleError as error:
        return {"error": str(error)}, 1
