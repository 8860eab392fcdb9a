"""What the Dockerfile and compose.yaml name is there, and the package that the image installs has every module."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


def test_the_wheel_has_every_module_and_what_migrations_need(tmp_path: Path):
    built = subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]

    tracked = subprocess.run(["git", "ls-files", *packages, "cli.py", "worker.py"], cwd=ROOT, capture_output=True)
    needed = {name for name in tracked.stdout.decode().split() if not name.endswith(".md")}
    assert needed - packed == set()


def test_the_image_is_built_from_what_there_is_and_by_the_tools_of_the_makefile():
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    named = {name for line in copied for name in line.split()}

    assert [name for name in named if not (ROOT / name).exists()] == []
    (uv,) = re.findall(r"uv==\S+", (ROOT / "Makefile").read_text())
    assert uv in DOCKERFILE


def test_the_image_runs_as_nobody_and_says_how_it_is():
    last_stage = DOCKERFILE.rpartition("FROM ")[2]

    assert re.search(r"^USER [1-9]\d*$", last_stage, re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert "/health/live" in last_stage


def test_compose_runs_several_apis_and_workers_of_the_image_with_settings_that_there_are():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    documented = "".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))

    assert services["api"]["deploy"]["replicas"] > 1
    assert services["worker"]["deploy"]["replicas"] > 1
    laurel = [service for service in services.values() if service["image"] == "laurel"]
    settings = {name for service in laurel for name in service["environment"]}
    assert len(laurel) == 3
    assert {name for name in settings if f"`{name}`" not in documented} == set()
    assert services["worker"]["environment"]["TEMPORAL_API_KEY"] is None  # an empty one asks for TLS
