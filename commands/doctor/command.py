"""`laurel doctor`."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from commands.shared.exits import run_async
from commands.shared.options import API_PORT, DATA, Data, Format, OutputFormat


def doctor(
    data: Data = DATA,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port of the API.")] = API_PORT,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Diagnose this installation, and print what to do; nothing is changed. Exit code 1: something is wrong."""
    from commands.doctor.diagnosis import diagnose
    from commands.doctor.finding import Finding

    findings: list[Finding] = []

    async def run() -> None:
        findings.extend(await diagnose(data, port))

    run_async(run, format)
    is_well = all(finding.is_well for finding in findings)
    if format is Format.json:
        print(json.dumps({"isWell": is_well, "findings": [asdict(each) for each in findings]}, indent=2))
    else:
        for each in findings:
            print(f"{'ok   ' if each.is_well else 'WRONG'}  {each.subject}: {each.message}")
            if each.cure:
                print(f"       what to do: {each.cure}")
    if not is_well:
        raise typer.Exit(1)
