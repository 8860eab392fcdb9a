"""`laurel plan`."""

import sys
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import errors_as_exit_codes, require_folder
from commands.shared.options import DATA, Data, Folder

if TYPE_CHECKING:
    from activities.backtest import Progress
    from commands.plan.plan import Plan
    from workbench.backtest import BacktestResult

PROGRESS_INTERVAL = 2.0
"""Seconds between two progress lines, if standard error is not a terminal."""


class PlanFormat(StrEnum):
    """How a plan is printed."""

    text = "text"
    markdown = "markdown"
    json = "json"


Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, max=256, help="How many processes to use. [default: one for each core]")
]


def plan(
    folder: Folder,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days of events to replay.")] = 30,
    events: Annotated[
        Path | None, typer.Option("--events", help="Replay a file instead: one event a line, as it is reported.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Compare with this folder. [default: the program in force]")
    ] = None,
    backtest: Annotated[bool, typer.Option("--backtest/--no-backtest", help="Replay events, not only compare.")] = True,
    jobs: Jobs = None,
    save: Annotated[Path | None, typer.Option("--save", help="Save the plan for `laurel deploy --plan FILE`.")] = None,
    format: Annotated[PlanFormat, typer.Option("--format", help="The output format.")] = PlanFormat.text,  # noqa: A002
    data: Data = DATA,
) -> None:
    """Print what a program would change, and what it would have given and cost. Nothing is written."""
    from commands.plan.json_format import plan_as_json
    from commands.plan.plan import PlanRequest, make_plan
    from commands.shared.plan_files import save_plan
    from program_files import read_folder

    for each in (folder, *([against] if against else [])):
        require_folder(each)
    with errors_as_exit_codes():
        request = PlanRequest(
            files=read_folder(folder),
            data=data,
            days=days,
            events=events,
            against=read_folder(against) if against else None,
            backtests=backtest,
            jobs=jobs,
        )
        made = make_plan(request, progress=_print_progress())
        if save is not None:
            save_plan(plan_as_json(made), made.files, save)
    print(_text(made, format, against))
    if save is not None and made.based_on is not None:
        print(f"Deploy exactly this with: laurel deploy --plan {save}", file=sys.stderr)


def _text(plan: "Plan", format: PlanFormat, against: Path | None) -> str:  # noqa: A002
    from commands.plan.json_format import plan_as_json
    from rules import exact
    from workbench import differences
    from workbench.backtest import rendering

    base = "no program is in force yet" if plan.based_on == 0 else f"compared with revision {plan.based_on}"
    base = base if against is None else f"compared with {against}"
    counted = f"{plan.program.title} ({base}): {differences.change_counts(plan.changes)}"
    match format:
        case PlanFormat.json:
            return exact.dumps(plan_as_json(plan))
        case PlanFormat.markdown:
            replayed = "\n\n".join(_backtest(plan, rendering.markdown))
            heading = "\n### Backtest\n\n" if replayed else ""
            listed = "".join(f"- {line}\n" for line in _at_once(plan, code="`"))
            at_once = f"\n### At once\n\n{listed}" if listed else ""
            return f"## Plan for {counted}\n\n{differences.markdown(plan.changes)}{at_once}{heading}{replayed}"
        case PlanFormat.text:
            changed = [differences.text(plan.changes)] if plan.changes else []
            lines = "\n".join(_at_once(plan))
            return "\n\n".join([counted, *changed, *([lines] if lines else []), *_backtest(plan, rendering.text)])


def _at_once(plan: "Plan", code: str = "") -> Iterator[str]:
    """Yield the members who would rise by the deploy, what it would lose, and the options that allow it."""
    from commands.shared.consent import options_for

    for tier, members in plan.risers.items():
        yield f"{members:,} member{'' if members == 1 else 's'} would rise to tier {tier}"
    for name, days in plan.notices.items():
        yield f"notify_before {name}: settings of the store say {days} days, whatever the program says"
    found = plan.losses
    if found is not None and (options := options_for(found)):
        yield from (f"would lose {loss}" for loss in found.losses)
        yield from (f"would {titles}" for titles in [found.retitling] if titles)
        yield f"deploying it needs {code}{options}{code}"


def _backtest(plan: "Plan", render: Callable[["BacktestResult"], str]) -> Iterator[str]:
    """Yield the result of the backtest; without replayed events, the reason, and what fell due all the same."""
    from workbench.backtest import rendering

    comparison = plan.comparison
    if plan.not_replayed is not None:
        yield plan.not_replayed
    if comparison is not None and (
        plan.not_replayed is None or any(each.old or each.new for each in rendering.metrics(comparison))
    ):
        yield render(comparison)


def _print_progress() -> "Progress":
    """Return a callback that prints the progress of the backtest to standard error; on a terminal, in place."""
    began = printed = time.monotonic()
    on_terminal = sys.stderr.isatty()

    def show(done: int, of: int | None) -> None:
        nonlocal printed
        now = time.monotonic()
        if not done or (not on_terminal and now - printed < PROGRESS_INTERVAL):
            return
        printed = now
        share = "" if of is None else f" of {of:,}"
        line = f"{done:,}{share} events replayed, {done / (now - began):,.0f} a second"
        print(f"\r{line}\x1b[K" if on_terminal else line, end="" if on_terminal else "\n", file=sys.stderr, flush=True)
        if on_terminal and done == of:
            print(file=sys.stderr)

    return show
