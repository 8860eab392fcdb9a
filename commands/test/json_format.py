"""The result of tests as JSON. Its keys are stable."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rules
from commands.test.suite import SuiteResult
from commands.test.text import reasons
from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.logic import Place
from workbench.scenarios.coverage import DEFINITION, CoverageReport, PartKind
from workbench.scenarios.running import PlaceTogether
from workbench.scenarios.suite import TimedResult

KINDS: tuple[PartKind, ...] = ("reactor", "achievement", "effect", "limit", "condition", "branch")


def as_json(suite: SuiteResult, fail_under: Decimal | None) -> str:
    """Return one JSON object: counts, all tests, and the coverage (null if it was not measured)."""
    return rules.exact.dumps(
        {
            "store": suite.program.store,
            "good": suite.is_good(fail_under),
            "passed": suite.count("passed"),
            "failed": suite.count("failed"),
            "skipped": suite.count("skipped"),
            "not_run": suite.not_run,
            "seconds": _seconds(suite.seconds),
            "tests": [_test(test) for test in suite.tests],
            "coverage": None if suite.covered is None else _coverage(suite.covered, fail_under),
        }
    )


def _test(test: TimedResult) -> Mapping[str, Any]:
    result, scenario = test.result, test.result.scenario
    return {
        "name": scenario.name,
        **_place(scenario.place),
        "tags": list(scenario.tags),
        "verdict": result.verdict,
        "seconds": _seconds(test.seconds),
        "skip": scenario.skip or None,
        "misses": [
            {**_place(mismatch.place), "key": mismatch.key, "expected": mismatch.expected, "actual": mismatch.actual}
            for mismatch in result.mismatches
        ],
        "events": [_event(event, result.together.get(event.id)) for event in result.events],
        "achievements": [
            {
                "achievement": each.achievement,
                "completed": each.completed,
                "progress": f"{each.progress:f}/{each.goal:f}",
            }
            for each in result.achievements
        ],
    }


def _event(event: ProcessedEvent, together: PlaceTogether | None) -> Mapping[str, Any]:
    return {
        "type": event.type,
        "time": event.time.isoformat(),
        "body": event.body,
        "together": None
        if together is None
        else {"number": together.number, "of": together.count, **_place(together.place)},
        "answers": [
            {
                "source": answer.source,
                "verdict": answer.verdict,
                "reasons": [{"text": because, "place": place} for because, place in reasons(answer)],
            }
            for answer in event.decision.outcomes
        ],
        "did": list(event.log),
    }


def _coverage(covered: CoverageReport, fail_under: Decimal | None) -> Mapping[str, Any]:
    all_parts, missing = Counter(part.kind for part in covered.parts), Counter(part.kind for part in covered.missing)
    return {
        "percent": round(covered.percent, 2),
        "wanted": fail_under,
        "definition": DEFINITION,
        "parts": len(covered.parts),
        "reached": len(covered.parts) - len(covered.missing),
        "kinds": {kind: {"parts": all_parts[kind], "reached": all_parts[kind] - missing[kind]} for kind in KINDS},
        "missing": [
            {"kind": part.kind, "owner": part.owner, **_place(part.place), "message": f"{part.words} {part.lack}"}
            for part in covered.missing
        ],
    }


def _place(place: Place) -> Mapping[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _seconds(seconds: float) -> Decimal:
    return Decimal(f"{seconds:.6f}")
