"""`laurel evaluate`."""

import sys
from typing import Any

import typer


def evaluate() -> None:
    """Evaluate JSON Logic: lines of {"rule": ..., "data": ...} in, {"result": ...} or {"error": ...} out."""
    import rules

    exit_code = 0
    for line in filter(str.strip, sys.stdin):
        answer, code = _evaluate_line(line)
        try:
            text = rules.exact.dumps(answer)
        except rules.MalformedJson as error:  # the result is deeper, or a number longer, than JSON here may be
            text, code = rules.exact.dumps({"error": str(error)}), 1
        exit_code = max(exit_code, code)
        print(text, flush=True)
    if exit_code:
        raise typer.Exit(exit_code)


def _evaluate_line(line: str) -> tuple[dict[str, Any], int]:
    """Return the result of one line, and its exit code: 1 if the rule is at fault, 2 if the line is."""
    import rules

    try:
        request = rules.exact.loads(line)
    except rules.MalformedJson as error:
        return {"error": str(error)}, 2
    if not isinstance(request, dict) or "rule" not in request:
        return {"error": 'write lines such as {"rule": {"var": "a"}, "data": {"a": 1}}'}, 2
    try:
        return {"result": rules.evaluate(request["rule"], request.get("data"))}, 0
    except rules.RuleError as error:
        return {"error": str(error)}, 1
