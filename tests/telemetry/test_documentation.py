"""The page for ops lists every metric, and every alert with what to do; the alerts name metrics that exist."""

import re
from typing import Any

import pytest
import yaml

from tests.kit.metrics import documented_rows, exposed_names
from tests.kit.paths import ROOT

PAGE = (ROOT / "docs" / "observing.md").read_text()
(GROUP,) = yaml.safe_load((ROOT / "docs" / "alerts.yaml").read_text())["groups"]
ALERTS: list[dict[str, Any]] = GROUP["rules"]
DURATION = re.compile(r"\d+[smhd]")


def test_the_page_lists_every_metric():
    (table,) = re.findall(r"<!-- metrics.*?-->\n(.*?)\n\n", PAGE, re.DOTALL)

    assert table.splitlines()[2:] == list(documented_rows())


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_names_metrics_that_exist_and_labels_that_they_have(alert: dict[str, Any]):
    named = set(re.findall(r"\blaurel_\w+", alert["expr"]))
    labels = {row.split("`")[1]: row.split("|")[3] for row in documented_rows()}

    assert named <= exposed_names()
    for series, condition in re.findall(r"(laurel_\w+)\{(\w+)", alert["expr"]):
        name = re.sub(r"_(bucket|count|sum)$", "", series)
        assert condition in labels[name]
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert DURATION.fullmatch(alert.get("for", "1m"))
    assert alert["expr"].count("(") == alert["expr"].count(")")


def test_the_page_says_of_every_alert_what_it_means_and_what_to_do():
    runbook = PAGE[PAGE.index("## Runbook") :]
    sections = re.findall(r"^### (\w+)\n(.*?)(?=^###? |\Z)", runbook, re.DOTALL | re.MULTILINE)

    assert [name for name, _ in sections] == [alert["alert"] for alert in ALERTS]
    assert [name for name, text in sections if "**Do**" not in text or "**Look**" not in text] == []
