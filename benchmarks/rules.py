"""How fast rules are: five realistic rules over a basket of ten items, beside other JSON Logic engines.

    .venv/bin/python benchmarks/rules.py [--rounds 15] [--json]

All engines run in turn in every round, so that a busy machine slows all of them; medians are compared. First of all
every engine has to give the same answers. What is not to be had (node, npm, a package) is left out, and said so.
"""

import argparse
import importlib
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import rules
from rules.exact import dumps, loads
from tests.rules import javascript as json_logic_js

TARGETS = {"panzi-json-logic": 15.0, "json-logic-qubit": 15.0, "json-logic-js": 1.0, "laurel, traced": 2.0}
"""Times slower than Laurel another engine has to be; its own trace may cost as much again as the rule."""

EVENT = dumps(
    {
        "event": {
            "type": "purchase",
            "time": "2026-03-01T12:30:00+01:00",
            "body": {
                "total": 160.05,
                "channel": "web",
                "email": "ann@example.com",
                "items": [
                    {
                        "sku": f"sku-{n}",
                        "category": ("coffee", "bakery", "gift")[n % 3],
                        "price": n + 2.35,
                        "quantity": 1 + n % 4,
                    }
                    for n in range(10)
                ],
            },
        },
        "member": {"tier": "gold", "points": 1200},
    }
)
TOTAL, ITEMS = {"var": "event.body.total"}, {"var": "event.body.items"}
RULES: dict[str, Any] = {
    "condition": {
        "and": [
            {"==": [{"var": "event.type"}, "purchase"]},
            {">=": [TOTAL, 20]},
            {"in": [{"var": "member.tier"}, ["silver", "gold"]]},
            {"==": [{"var": "event.body.channel"}, "web"]},
        ]
    },
    "some item": {"some": [ITEMS, {"and": [{"==": [{"var": "category"}, "gift"]}, {">": [{"var": "price"}, 8]}]}]},
    "share": {"*": [TOTAL, 0.1]},
    "sum of items": {
        "reduce": [
            ITEMS,
            {"+": [{"var": "accumulator"}, {"*": [{"var": "current.price"}, {"var": "current.quantity"}]}]},
            0,
        ]
    },
    "missing": {
        "if": [
            {"missing": ["event.body.total", "event.body.email"]},
            "incomplete",
            {"missing_some": [1, ["event.body.phone", "event.body.coupon"]]},
        ]
    },
}
CACHE = Path(tempfile.gettempdir()) / "laurel-benchmarks"


@dataclass(frozen=True)
class Engine:
    """Answers each rule once, and says the microseconds one pass over all of them takes."""

    name: str
    answers: Callable[[], list[Any]]
    microseconds: Callable[[int], float]
    passes: int


def _python(name: str, passes: int, run: list[Callable[[], Any]]) -> Engine:
    def microseconds(times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            for one in run:
                one()
        return (time.perf_counter() - start) / times * 1e6

    return Engine(name, lambda: [one() for one in run], microseconds, passes)


def laurel() -> list[Engine]:
    data, compiled = loads(EVENT), [rules.compile(rules.parse(rule)) for rule in RULES.values()]
    plain = [lambda rule=rule: rule(data) for rule in compiled]
    traced = [lambda rule=rule: rule.trace(data).value for rule in compiled]
    return [_python("laurel", 2000, plain), _python("laurel, traced", 2000, traced)]


def _package(distribution: str, module: str) -> ModuleType:
    """A module of a distribution; two of them share one import name, so each is put into a folder of its own."""
    folder = CACHE / f"{distribution}-{version(distribution)}"
    if not folder.exists():
        pin = f"{distribution}=={version(distribution)}"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), pin]
        subprocess.run([*command, "--disable-pip-version-check"], check=True, capture_output=True)
    for name in [name for name in sys.modules if name.split(".")[0] == "json_logic"]:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(str(folder))


def panzi() -> list[Engine]:
    apply, data = _package("panzi-json-logic", "json_logic").jsonLogic, json.loads(EVENT)
    return [_python("panzi-json-logic", 150, [lambda rule=rule: apply(rule, data) for rule in RULES.values()])]


def qubit() -> list[Engine]:
    apply, data = _package("json-logic-qubit", "json_logic").jsonLogic, json.loads(EVENT)
    return [_python("json-logic-qubit", 150, [lambda rule=rule: apply(rule, data) for rule in RULES.values()])]


def datalogic() -> list[Engine]:
    import datalogic_py

    engine, data = datalogic_py.Engine(), json.loads(EVENT)
    compiled = [engine.compile(rule) for rule in RULES.values()]
    return [_python("datalogic-py, compiled", 500, [lambda rule=rule: rule.evaluate(data) for rule in compiled])]


NODE = """
const logic = require('json-logic-js'), [rules, data] = JSON.parse(process.argv[1]);
const pass = () => { for (const rule of rules) logic.apply(rule, data); };
require('readline').createInterface({input: process.stdin}).on('line', line => {
  if (line === 'answers') return console.log(JSON.stringify(rules.map(rule => logic.apply(rule, data))));
  const times = Number(line), start = process.hrtime.bigint();
  for (let i = 0; i < times; i++) pass();
  console.log(Number(process.hrtime.bigint() - start) / times / 1000);
});
"""


def javascript() -> list[Engine]:
    folder = json_logic_js.installed()
    arguments = ["node", "-e", NODE, json.dumps([list(RULES.values()), json.loads(EVENT)])]
    process = subprocess.Popen(arguments, cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    to_node, from_node = process.stdin, process.stdout

    def ask(line: str) -> Any:
        to_node.write(line + "\n")
        to_node.flush()
        return json.loads(from_node.readline())

    return [Engine("json-logic-js", lambda: ask("answers"), lambda times: ask(str(times)), 1000)]


def engines() -> tuple[list[Engine], list[str]]:
    found, left_out = [], []
    for make in (laurel, panzi, qubit, datalogic, javascript):
        try:
            found += make()
        except (ImportError, PackageNotFoundError, json_logic_js.NotToBeHad, subprocess.CalledProcessError) as error:
            left_out.append(f"{make.__name__} is left out: {error}")
    return found, left_out


def disagreements(found: list[Engine]) -> list[str]:
    """Where an engine's answer is not Laurel's, but for the noise of floats."""
    expected = json.loads(dumps(found[0].answers()))
    return [
        f"{engine.name} says {answer} to {name}, not {wanted}"
        for engine in found[1:]
        for name, wanted, answer in zip(RULES, expected, json.loads(dumps(engine.answers())), strict=True)
        if not _same(wanted, answer)
    ]


def _same(wanted: Any, answer: Any) -> bool:
    if isinstance(wanted, int | float) and isinstance(answer, int | float):
        return math.isclose(wanted, answer, rel_tol=1e-12)
    return bool(wanted == answer)


def measured(found: list[Engine], rounds: int) -> dict[str, list[float]]:
    """Microseconds a pass, for every engine in every round; the first round only warms up."""
    times: dict[str, list[float]] = {engine.name: [] for engine in found}
    for number in range(rounds + 1):
        for engine in found:
            spent = engine.microseconds(engine.passes)
            if number:
                times[engine.name].append(spent)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    options = parser.parse_args()
    found, left_out = engines()
    wrong = disagreements(found)
    times = measured(found, options.rounds)
    ours = statistics.median(times["laurel"])
    rows = {name: statistics.median(spent) for name, spent in times.items()}
    ratios = {
        name: statistics.median(spent / own for spent, own in zip(times[name], times["laurel"], strict=True))
        for name in rows
    }
    verdicts = {
        name: ratios[name] <= target if name == "laurel, traced" else ratios[name] >= target
        for name, target in TARGETS.items()
        if name in ratios
    }
    rate = len(RULES) / ours * 1e6
    print(
        f"{len(RULES)} rules on one event, {options.rounds} rounds: {ours:.2f} us, {rate:,.0f} evaluations a second\n"
    )
    print(f"{'engine':24}{'us a pass':>12}{'times laurel':>14}   target")
    for name, spent in rows.items():
        target = TARGETS.get(name)
        sign = "at most" if name == "laurel, traced" else "at least"
        wanted = f"{sign} {target:g}: {'met' if verdicts[name] else 'MISSED'}" if target else ""
        print(f"{name:24}{spent:12.2f}{ratios[name]:14.2f}   {wanted}")
    for line in (*left_out, *wrong):
        print(line)
    passed = all(verdicts.values()) and not wrong
    if options.json:
        result = {"microseconds": rows, "ratios": ratios, "targets": TARGETS, "met": verdicts}
        print(json.dumps(result | {"left_out": left_out, "disagreements": wrong, "passed": passed}))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
