"""The built wheel works on its own: outside the checkout, with its data and rules inside, and all it needs declared."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import pytest

from conftest import ROOT
from seajuris import software

pytestmark = pytest.mark.slow

# Where the name to install is not the name to import.
DISTRIBUTIONS = {"yaml": "pyyaml", "docx": "python-docx", "resvg_py": "resvg-py"}
# Known to type checkers alone.
TYPES_ONLY = {"_typeshed", "typing_extensions"}


@dataclass(frozen=True, slots=True)
class Installed:
    """A fresh environment that holds the wheel."""

    wheel: Path
    python: Path
    command: Path
    folder: Path

    def run(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "SEAJURIS"))}
        environment["PYTHONUTF8"] = "1"
        return subprocess.run(
            [str(arg) for arg in args],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            cwd=self.folder,
            env=environment,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    base = tmp_path_factory.mktemp("wheel")
    dist, home, folder = base / "dist", base / "venv", base / "elsewhere"
    folder.mkdir()
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = dist.glob("seajuris-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=120)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    install = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install"]
    install += ["--quiet", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # The dependencies come from the environment that runs the tests, after the new one's own packages.
    query = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(query, capture_output=True, text=True, check=True, timeout=60).stdout.strip())
    here = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (site / "dependencies.pth").write_text("\n".join(here) + "\n", encoding="utf-8")
    return Installed(wheel, python, scripts / "seajuris", folder)


def test_the_package_that_runs_is_the_installed_one(installed: Installed) -> None:
    code = "import seajuris, seajuris.paths; print(seajuris.__file__); print(seajuris.paths.shipped('rules'))"
    done = installed.run(installed.python, "-c", code)
    assert done.returncode == 0, done.stderr
    home = installed.python.parents[1]
    for line in done.stdout.splitlines():
        assert home in Path(line).parents
        assert ROOT not in Path(line).parents


def test_version(installed: Installed) -> None:
    done = installed.run(installed.command, "--version")
    assert done.returncode == 0, done.stderr
    assert installed.wheel.name.startswith(f"seajuris-{done.stdout.split()[1]}-")


def test_locate(installed: Installed) -> None:
    done = installed.run(installed.command, "locate", "--at", "36.25 21.06", "--on", "2023-06-14", "--json")
    assert done.returncode == 0, done.stderr
    place = json.loads(done.stdout)
    assert place["criminal_law_regime"] == "high_seas"


def test_assess(installed: Installed) -> None:
    case = installed.folder / "case.yaml"
    case.write_text("position: 36.25 21.06\non: 2023-06-14\nlanded_in: GRC\ndestination: ITA\n", encoding="utf-8")
    done = installed.run(installed.command, "assess", case.name, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"]
    # The same answer as from the checkout: the same rules and data are inside.
    code = "from seajuris.cli import main; main()"
    checkout = subprocess.run(
        [sys.executable, "-c", code, "assess", str(case), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(checkout.stdout)


def test_rules_are_held_against_the_list_of_the_installer(installed: Installed) -> None:
    code = "from seajuris import installed, software; print(len(installed.declared())); print(software.sha256())"
    done = installed.run(installed.python, "-c", code)
    assert done.returncode == 0, done.stderr
    count, digest = done.stdout.split()
    assert int(count) > 200
    # The wheel holds the same software as the checkout.
    assert digest == software.sha256()
    bundle = installed.run(installed.python, "-c", "import seajuris.paths; print(seajuris.paths.shipped('rules'))")
    ground = Path(bundle.stdout.strip()) / "grounds" / "flag.yaml"
    whole = ground.read_bytes()
    ground.write_bytes(whole + b"# one line more\n")
    try:
        done = installed.run(installed.command, "assess", "--at", "36.25 21.06", "--on", "2023-06-14")
    finally:
        ground.write_bytes(whole)
    assert done.returncode == 5
    assert "not what was installed" in done.stderr


def test_everything_that_is_read_is_inside(installed: Installed) -> None:
    inside = {name.split("/_bundle/", 1)[1] for name in names(installed.wheel) if "/_bundle/" in name}
    shipped = {"NOTICE", "data/maritime_zones/zones.gpkg", "data/maritime_zones/manifest.yaml"}
    # For `zones verify` and `zones import`.
    shipped |= {"data/maritime_zones/expected_overlaps.yaml", "data/maritime_zones/source/claims.yaml"}
    shipped.add("data/gazetteer/places.csv")
    for folder in ("rules", "scenarios", "data/states"):
        shipped |= {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
    assert inside == shipped


def test_every_module_is_inside_and_nothing_else(installed: Installed) -> None:
    code = {name for name in names(installed.wheel) if name.endswith(".py")}
    assert code == {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src").rglob("*.py")}
    assert "seajuris/py.typed" in names(installed.wheel)
    assert {name.split("/")[0].split("-")[0] for name in names(installed.wheel)} == {"seajuris"}


def test_the_licences_are_inside(installed: Installed) -> None:
    licences = {Path(name).name for name in names(installed.wheel) if "/licenses/" in name}
    assert {"LICENSE", "NOTICE"} <= licences


def test_every_import_is_declared(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        (path,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(path).decode("utf-8"))
    # The extra for development is for nobody else; the others are named in the error where one is missing.
    required = [text for text in metadata.get_all("Requires-Dist", []) if "extra == 'dev'" not in text]
    declared = {re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0].lower() for text in required}
    used = third_party_imports()
    assert {"typer", "shapely", "pyyaml"} <= used  # the scan sees what it should
    assert used <= declared, f"imported but not declared: {used - declared}"


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def third_party_imports() -> set[str]:
    """Distributions that the package imports, the builds of the data aside (they have their own extras)."""
    found: set[str] = set()
    package = ROOT / "src" / "seajuris"
    for path in package.rglob("*.py"):
        if (package / "zones" / "build") in path.parents or path == package / "gazetteer_build.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    outside = found - set(sys.stdlib_module_names) - TYPES_ONLY - {"seajuris"}
    return {DISTRIBUTIONS.get(name, name) for name in outside}
