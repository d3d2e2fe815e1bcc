"""What the program is made of: pinned packages, their licences, and nothing in the repository that is no part of it."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import licences
from conftest import ROOT

LOCKS = {name: ROOT / "requirements" / f"{name}.txt" for name in ("ci", "runtime", "tools")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
# Of these, the first is for development alone; the second builds data, the third is a cluster's own affair.
NOT_AT_RUN_TIME = {"dev", "gazetteer", "spark"}
# What the systems and versions differ in, as far as the markers of the lock files ask for it.
SYSTEMS = [
    {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
]
VERSIONS = ["3.11", "3.12", "3.13", "3.14"]


@cache
def pins(lock: str) -> list[tuple[Requirement, list[str]]]:
    """The packages of a lock file with their hashes."""
    text = LOCKS[lock].read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            words, *hashes = re.split(r"\s+--hash=", line)
            found.append((Requirement(words), [h.strip() for h in hashes]))
    return found


def needed(extra: str) -> list[Requirement]:
    """What an extra of the project asks for, and what the extras ask for that it names."""
    found = []
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.name == "seajuris":
            found += [r for other in sorted(requirement.extras) for r in needed(other)]
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_with_hashes(lock: str) -> None:
    assert len(pins(lock)) > 10
    for pin, hashes in pins(lock):
        assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin
        assert pin.url is None
        assert hashes, f"{pin}: no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_name_no_index(lock: str) -> None:
    """Whoever installs decides where from; the hashes decide what."""
    text = LOCKS[lock].read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|--trusted|@ ", text)


@pytest.mark.parametrize("python", VERSIONS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s["sys_platform"])
def test_each_system_gets_one_version_of_what_is_declared(system: dict[str, str], python: str) -> None:
    machine = {
        **system,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    base = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    extras = [name for name in EXTRAS if name not in NOT_AT_RUN_TIME]
    asked = {"ci": base + needed("dev"), "runtime": base + [r for name in extras for r in needed(name)]}
    chosen: dict[str, dict[str, Version]] = {}
    for lock, requirements in asked.items():
        chosen[lock] = {}
        for pin, _ in pins(lock):
            if holds(pin.marker, machine):
                name = canonicalize_name(pin.name)
                assert name not in chosen[lock], f"{lock}.txt pins {name} twice for {system}, Python {python}"
                chosen[lock][name] = Version(str(pin.specifier).removeprefix("=="))
        for requirement in requirements:
            if holds(requirement.marker, machine):
                version = chosen[lock].get(canonicalize_name(requirement.name))
                assert version is not None, f"{requirement} is not pinned in {lock}.txt: run `make lock`"
                assert requirement.specifier.contains(version, prereleases=True), f"{requirement}: {version} is pinned"
    # The tests run with what is installed.
    assert chosen["runtime"].items() <= chosen["ci"].items()


def test_the_list_of_components_is_that_of_the_lock_file() -> None:
    raw = (ROOT / "requirements" / "sbom.cdx.json").read_text(encoding="utf-8")
    listed = json.loads(raw)
    assert (listed["bomFormat"], listed["metadata"]["component"]["name"]) == ("CycloneDX", "seajuris")
    found = {canonicalize_name(c["name"]): c["version"] for c in listed["components"]}
    machine = {**SYSTEMS[0], "python_version": "3.11", "python_full_version": "3.11.0", "extra": ""}
    machine |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    pinned = [pin for pin, _ in pins("runtime") if holds(pin.marker, machine)]
    assert found == {canonicalize_name(p.name): str(p.specifier).removeprefix("==") for p in pinned}
    # Of every machine the same: no day, no number at random, no folder.
    assert not {"timestamp", "serialNumber"} & {*listed, *listed["metadata"]}
    assert "file:" not in raw


def holds(marker: Marker | None, machine: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(machine)


def test_the_builder_is_pinned_to_the_same_version() -> None:
    (builder,) = PROJECT["build-system"]["requires"]
    pinned = next(pin for pin, _ in pins("ci") if pin.name == "hatchling")
    assert Requirement(builder).specifier == SpecifierSet(str(pinned.specifier)) == pinned.specifier


def test_the_makefile_installs_what_is_pinned() -> None:
    """And what it pins for use are all extras for use."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    ready = makefile.partition("$(READY): ")[2].partition("\n\n")[0]
    assert "--require-hashes -r requirements/ci.txt" in ready
    assert "--no-deps --no-index --no-build-isolation --editable ." in ready
    runtime = re.search(r"^RUNTIME := (.+)$", makefile, re.MULTILINE)
    assert runtime is not None
    assert set(runtime[1].split()) == set(EXTRAS) - NOT_AT_RUN_TIME


# --- Licences -----------------------------------------------------------------------------------------------------


def test_every_licence_goes_with_ours() -> None:
    packages = licences.all_licences()
    assert len(packages) > 40
    refused = [f"{p.name} {p.version}: {p.licence or 'says nothing'}" for p in packages if not p.accepted]
    assert not refused
    # What the tests install is all there: nothing of it went unchecked.
    at_hand = {canonicalize_name(p.name) for p in licences.dependencies()[0]}
    base = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    assert {canonicalize_name(r.name) for r in base + needed("dev") if holds(r.marker, {"extra": ""})} <= at_hand


@pytest.mark.parametrize(
    ("expression", "accepted"),
    [
        ("MIT", True),
        ("", False),
        ("UNKNOWN", False),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-2.0-only OR AGPL-3.0-only", False),
        ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", False),
        ("BSD-3-Clause AND (MIT OR Apache-2.0)", True),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("MIT OR BSD-3-Clause AND GPL-3.0-only", True),
    ],
)
def test_licence_expressions(expression: str, accepted: bool) -> None:
    assert licences.accepted(expression) is accepted


# --- The repository -----------------------------------------------------------------------------------------------


@cache
def repository() -> list[str]:
    """Every file that is passed on: what the source archive takes, which leaves out what .gitignore names."""
    return sorted(f.distribution_path for f in SdistBuilder(str(ROOT)).recurse_included_files())


@cache
def texts() -> dict[str, str]:
    found = {}
    for name in repository():
        raw = (ROOT / name).read_bytes()
        if b"\0" not in raw[:8192] and len(raw) < 5_000_000:
            found[name] = raw.decode("utf-8", "replace")
    return found


def matches(pattern: str, *, but: frozenset[str] = frozenset()) -> list[str]:
    search = re.compile(pattern)
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0][:60]}"
        for name, text in texts().items()
        if name not in but
        for match in search.finditer(text)
    ]


HERE = frozenset({"tests/test_supply_chain.py"})


def test_there_are_no_secrets() -> None:
    assert not matches(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|\bxox[abprs]-\w{10,}", but=HERE
    )
    assert not matches(
        r"\bglpat-[\w-]{20}|\bpypi-AgE\w{20,}|\beyJ[\w-]{20,}\.eyJ[\w-]{20,}|://[^/\s:@]+:[^/\s@]+@[\w.]", but=HERE
    )
    named = (
        r"(?i)(?:\.env|\.netrc|\.pypirc|\.npmrc|id_(?:rsa|ed25519)|credentials(?:\.json)?|.*\.(?:pem|p12|pfx|key|kdbx))"
    )
    assert not [name for name in repository() if re.fullmatch(named, Path(name).name)]


def test_nothing_of_one_machine_stands_in_it() -> None:
    """No folder of somebody's computer, no host of a network of its own, no address of a package index."""
    assert not matches(r"(?<![\w.])/(?:home|Users|root|workspace|builds)/\w|\b[A-Z]:\\\\?Users\\", but=HERE)
    assert not matches(rf"(?<![\w.]){re.escape(str(ROOT))}\b", but=HERE)
    assert not matches(r"(?i)(?://|@)[\w.-]+\.(?:internal|corp|intranet|lan|local|localdomain)\b", but=HERE)
    assert not matches(r"(?i)\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}:\d+", but=HERE)
    assert not matches(
        r"(?i)files\.pythonhosted|registry\.npmjs|pypi\.org/simple|artifactory|--index-url|--extra-index", but=HERE
    )


def test_only_files_under_version_control_are_passed_on() -> None:
    """Where there is a history to ask: neither archive would take along what lies about in the checkout."""
    if not (ROOT / ".git").exists():
        return
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, check=True).stdout.decode()  # fmt: skip
    known = set(listed.split("\0"))
    assert set(repository()) - {"PKG-INFO"} <= known
    wheel = {Path(f.path).relative_to(ROOT).as_posix() for f in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert wheel <= known
    assert not {name for name in wheel if name.startswith((".ci", "tests", "benchmarks", "docs"))}


def test_tools_leave_nothing_that_would_be_passed_on() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for name in (".venv/", "/dist/", "/build/", "__pycache__/", ".hypothesis/", ".schemathesis/", ".coverage"):
        assert name in ignored
    left = re.compile(
        r"(?:^|/)(?:\.venv|__pycache__|\.\w+_cache|\.hypothesis|\.schemathesis|node_modules|\.DS_Store|\.coverage)(?:/|$)"
    )
    assert not [name for name in repository() if left.search(name)]
    # The source archive can build and test itself.
    for name in (
        "pyproject.toml",
        "Makefile",
        "requirements/ci.txt",
        "tests/conftest.py",
        "LICENSE",
        "NOTICE",
        ".ci/run",
    ):
        assert name in repository()
