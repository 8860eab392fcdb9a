"""What pages load of others is what was built, and has its licences."""

import hashlib
import json

from tests.kit.paths import ROOT

VENDOR = ROOT / "console" / "static" / "vendor"
WEB = ROOT / "console" / "web"


def test_the_files_are_those_that_were_built() -> None:
    sums = dict(line.split("  ")[::-1] for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    files = {each.name for each in VENDOR.iterdir()} - {"SHA256SUMS"}

    assert set(sums) == files
    for name in files:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == sums[name], name


def test_the_lock_has_hashes_and_no_address() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]

    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_every_package_has_its_licence() -> None:
    wanted = json.loads((WEB / "package.json").read_text())["dependencies"]
    text = (VENDOR / "LICENCES.txt").read_text()

    for name, version in wanted.items():
        assert f"{name} {version}\n" in text


def test_pages_load_nothing_from_elsewhere() -> None:
    for template in (ROOT / "console").rglob("*.html"):
        if "node_modules" not in template.parts:
            text = template.read_text()
            assert "http://" not in text, template
            assert "https://" not in text, template
