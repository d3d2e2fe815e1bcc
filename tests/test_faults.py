"""What goes wrong around the program: files, disks, pipes, signals, clocks, terminals. All run the real command.

What is asked each time: no answer from what is damaged, nothing lost, nothing half written, a message that says what it
is, and the exit code of the table in docs/errors.md.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import math
import mmap
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commands import PYLOS, SMALL, Done, as_anybody, environment, limited_files, seajuris
from conftest import ROOT

ZONES = ROOT / "data" / "maritime_zones" / "zones.gpkg"
AT = ("--at", "35°30.0'N 12°09.0'E", "--on", "2023-06-14")
"""West of Lampione, within the territorial sea."""
LON, LAT = 12.15, 35.5
CASE = '{"position": "35°30.0\'N 12°09.0\'E", "on": "2023-06-14", "vessel": {"flag": "stateless"}}'


def refused(done: Done, code: int, *words: str) -> None:
    """Nothing was answered, and the message is one of ours."""
    message = done.stderr.decode("utf-8", "replace")
    assert done.returncode == code, (done.returncode, done.stdout[-300:], message)
    assert done.stdout == b""
    assert message.startswith("seajuris: "), message
    assert "Traceback" not in message
    assert "internal fault" not in message
    for word in words:
        assert word in message, message


# --- Zone data ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copy:
    """A copy of the zone data, and where in it something lies."""

    path: Path
    read: int
    """Byte of a coordinate that decides a distance of the answer."""
    unread: int
    """Byte of a zone on the other side of the world."""

    @contextlib.contextmanager
    def flipped(self, offset: int, bit: int = 4) -> Iterator[None]:
        """One bit is another."""
        self._flip(offset, bit)
        try:
            yield
        finally:
            self._flip(offset, bit)

    def _flip(self, offset: int, bit: int) -> None:
        with self.path.open("r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 1 << bit]))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    from seajuris.zones.store import ZoneStore, coordinates

    folder = tmp_path_factory.mktemp("zones")
    path = folder / "zones.gpkg"
    shutil.copyfile(ZONES, path)
    shutil.copyfile(ZONES.with_name("manifest.yaml"), folder / "manifest.yaml")

    def rows(zones: Path) -> list[bytes]:
        near = ZoneStore(zones).near("limits", LON, LAT, 30_000)
        return [row.blob for row in near if row["limit"] == "territorial_sea" and row["state"] == "ITA"]

    good = rows(ZONES)
    _, needle = min(
        (math.hypot((point[0] - LON) * math.cos(math.radians(LAT)), point[1] - LAT), point.astype("<f8").tobytes())
        for blob in good
        for point in coordinates(blob)
    )
    far = next(iter(ZoneStore(ZONES).near("zones", -150.0, -17.5, 1_000))).blob[40:72]
    with ZONES.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        unread = content.find(far)
        places = [match.start() for match in re.finditer(re.escape(needle), content)]
    assert unread > 0
    for place in places:
        # Zones have that point as well: the one that is meant is in the limit.
        # The sixth byte of the longitude; its fifth bit is some hundredths of a degree.
        found = Copy(path, place + 5, unread)
        with found.flipped(found.read):
            if rows(path) != good:
                return found
    raise AssertionError("no bit of a limit was found")


COMMANDS = {
    "locate": ("locate", *AT, "--json"),
    "assess": ("assess", *AT, "--flag", "stateless", "--json"),
    "explain": ("explain", "CASE", "--state", "ITA"),
    "map": ("map", *AT, "-o", "OUT.svg"),
    "map of a window": ("map", "--extent", "12,35,12.4,35.8", "--on", "2023-06-14", "-o", "OUT.geojson"),
    "memo": ("memo", "CASE", "-o", "OUT.html", "--date", "2026-01-01"),
    "whatif": ("whatif", "CASE", "--set", "vessel.flag=PAN"),
}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_one_bit_of_a_coordinate_gives_no_answer(copy: Copy, tmp_path: Path, name: str) -> None:
    (tmp_path / "case.json").write_text(CASE, encoding="utf-8")
    args = [a.replace("CASE", "case.json").replace("OUT", "out") for a in COMMANDS[name]]
    with copy.flipped(copy.read):
        done = seajuris(*args, "--zones", copy.path, cwd=tmp_path)
    refused(done, 5, "SJ300", "not what their manifest declares")
    assert [p.name for p in tmp_path.iterdir()] == ["case.json"]


def test_that_bit_would_change_the_answer(copy: Copy) -> None:
    """Otherwise the test above would show nothing: with a manifest that fits, the flip gives another answer."""
    manifest = copy.path.with_name("manifest.yaml")
    good = manifest.read_text(encoding="utf-8")
    right = seajuris("locate", *AT, "--json", "--zones", copy.path)
    assert right.returncode == 0, right.stderr
    try:
        with copy.flipped(copy.read):
            digest = hashlib.sha256(copy.path.read_bytes()).hexdigest()
            manifest.write_text(re.sub(r"(?m)^sha256: .*", f"sha256: {digest}", good), encoding="utf-8")
            wrong = seajuris("locate", *AT, "--json", "--zones", copy.path)
    finally:
        manifest.write_text(good, encoding="utf-8")
    assert wrong.returncode == 0, wrong.stderr
    assert json.loads(wrong.stdout)["limits"] != json.loads(right.stdout)["limits"]


def test_one_bit_that_is_not_read_gives_no_answer_either(copy: Copy) -> None:
    with copy.flipped(copy.unread):
        refused(seajuris("locate", *AT, "--zones", copy.path), 5, "SJ300")
    # And the copy is sound otherwise.
    assert seajuris("locate", *AT, "--zones", copy.path).returncode == 0


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_zone_data_cut_short(tmp_path: Path, share: float) -> None:
    whole = ZONES.read_bytes()
    path = tmp_path / "zones.gpkg"
    path.write_bytes(whole[: int(len(whole) * share) - (share == 1.0)] if share else b"")
    shutil.copyfile(ZONES.with_name("manifest.yaml"), tmp_path / "manifest.yaml")
    refused(seajuris("assess", *AT, "--zones", path), 5, "SJ300", str(path))


@pytest.mark.parametrize("kind", ["missing", "folder", "device", "unreadable", "pipe"])
def test_zone_data_that_are_no_file(copy: Copy, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "zones.gpkg"
    if kind == "folder":
        path.mkdir()
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "unreadable":
        shutil.copyfile(ZONES, path)
        path.chmod(0)
    shutil.copyfile(ZONES.with_name("manifest.yaml"), tmp_path / "manifest.yaml")
    refused(seajuris("locate", *AT, "--zones", path, preexec_fn=as_anybody), 5, "SJ300", str(path))


def _lacking(text: str, line: str) -> str:
    return re.sub(rf"(?m)^{line}: .*\n", "", text)


MANIFESTS: dict[str, Callable[[str], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "cut": lambda text: text[:60].encode(),
    "one digit": lambda text: re.sub(
        r"(?m)^(sha256: .)(.)", lambda m: m[1] + ("0" if m[2] != "0" else "1"), text
    ).encode(),
    "no hash": lambda text: _lacking(text, "sha256").encode(),
    "hash cut": lambda text: re.sub(r"(?m)^(sha256: .{20}).*", r"\1", text).encode(),
    "hash of the content": lambda text: re.sub(r"(?m)^(content_sha256: .)", r"\1x", text).encode(),
    "no text": lambda text: b"\xff\xfe" + text.encode(),
}


@pytest.mark.parametrize("name", list(MANIFESTS))
def test_a_manifest_that_is_damaged(copy: Copy, name: str) -> None:
    manifest = copy.path.with_name("manifest.yaml")
    good = manifest.read_bytes()
    changed = MANIFESTS[name](good.decode())
    manifest.unlink()
    try:
        if changed is not None:
            manifest.write_bytes(changed)
        refused(seajuris("locate", *AT, "--zones", copy.path), 5, "SJ300")
    finally:
        manifest.write_bytes(good)


REPLACED = {
    "renamed over": "os.replace('other.gpkg', 'zones.gpkg')",
    "written to": "open('zones.gpkg', 'r+b').write(b'SQLite')",
    "removed": "os.unlink('zones.gpkg')",
}


@pytest.mark.parametrize("how", list(REPLACED))
@pytest.mark.parametrize("command", ["locate", "map"])
def test_zone_data_replaced_while_they_are_used(copy: Copy, tmp_path: Path, how: str, command: str) -> None:
    """Also by the same bytes: what was hashed is then no longer known to be what was read."""
    for name in ("zones.gpkg", "manifest.yaml"):
        os.link(copy.path.with_name(name), tmp_path / name)
    if how == "written to":
        (tmp_path / "zones.gpkg").unlink()
        shutil.copyfile(copy.path, tmp_path / "zones.gpkg")
    else:
        shutil.copyfile(copy.path, tmp_path / "other.gpkg")
    module, name = ("zones.locate", "locate") if command == "locate" else ("render.map.scene", "scene")
    before = f"""
import os
import seajuris.{module} as module
real = module.{name}
def then(*args, **told):
    result = real(*args, **told)
    from seajuris.zones.integrity import integrity_of
    integrity_of(__import__("pathlib").Path("zones.gpkg"))._thread.join()
    {REPLACED[how]}
    return result
module.{name} = then
"""
    out = ("-o", "-", "--format", "svg") if command == "map" else ()
    done = seajuris(command, *AT, *out, "--zones", "zones.gpkg", cwd=tmp_path, before=before)
    refused(done, 5, "SJ300", "zones.gpkg")


CLIENT = """
import json, sys, urllib.error, urllib.request
address, _, token = sys.argv[1].partition("/#token=")
request = urllib.request.Request(address + "/api/assess", sys.argv[2].encode(),
    {"X-Seajuris-Token": token, "Content-Type": "application/json"})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(request, timeout=60) as reply:
        print(reply.status, reply.read().decode())
except urllib.error.HTTPError as fault:
    print(fault.code, fault.read().decode())
"""


def test_zone_data_damaged_while_the_server_runs(copy: Copy) -> None:
    command = [
        sys.executable,
        "-c",
        "from seajuris.cli import main; main()",
        "serve",
        "--no-browser",
        "--zones",
        str(copy.path),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=environment(), text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), address

            def ask() -> str:
                # Another process: this one is kept from the network.
                told = [sys.executable, "-c", CLIENT, address, CASE]
                return subprocess.run(told, capture_output=True, text=True, check=True, timeout=120).stdout

            assert ask().startswith("200 ")
            with copy.flipped(copy.read):
                answer = ask()
            assert answer.startswith("500 "), answer[:300]
            assert "SJ300" in answer
            assert "findings" not in answer
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)


# --- Rules and registers ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """An installation as an installer leaves it: the package, rules and data inside it, and the list of both."""

    root: Path

    @property
    def bundle(self) -> Path:
        return self.root / "seajuris" / "_bundle"

    def run(self, *args: str, **more: object) -> Done:
        return seajuris(*args, env={"PYTHONPATH": str(self.root)}, cwd=self.root, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    from seajuris.version import __version__

    root = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "src" / "seajuris", root / "seajuris", ignore=shutil.ignore_patterns("__pycache__"))
    bundle = root / "seajuris" / "_bundle"
    shutil.copytree(ROOT / "rules", bundle / "rules")
    for name in ("states/register.csv", "gazetteer/places.csv", "maritime_zones/manifest.yaml"):
        (bundle / "data" / name).parent.mkdir(parents=True)
        shutil.copyfile(ROOT / "data" / name, bundle / "data" / name)
    (bundle / "data" / "maritime_zones" / "zones.gpkg").symlink_to(ZONES)
    lines = []
    for path in sorted(p for p in bundle.rglob("*") if p.is_file()):
        digest = (
            "" if path.is_symlink() else base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
        )
        lines.append(f"{path.relative_to(root).as_posix()},sha256={digest.rstrip('=')},{path.stat().st_size}\n")
    info = root / f"seajuris-{__version__}.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("".join(lines), encoding="utf-8")
    return Site(root)


def _bit(content: bytes) -> bytes:
    """A digit of a date or coordinate becomes its neighbour: still a fine file."""
    at = re.search(rb"(?m)[0-9]{2}$|[0-9]{3}[,']", content)
    assert at is not None
    return content[: at.start()] + bytes([content[at.start()] ^ 1]) + content[at.start() + 1 :]


INSTALLED: dict[str, tuple[str, Callable[[bytes], bytes | None]]] = {
    "a ground is missing": ("rules/grounds/flag.yaml", lambda _: None),
    "a State's law is missing": ("rules/states/ITA.yaml", lambda _: None),
    # Half of the list of parties: still YAML, and still a list.
    "a treaty is cut at the end of a line": (
        "rules/instruments/UNTOC.yaml",
        lambda c: c[: c.rindex(b"\n", 0, len(c) // 2) + 1],
    ),
    "a bit of a treaty": ("rules/instruments/UNTOC.yaml", _bit),
    "a bit of the register": ("data/states/register.csv", _bit),
    "a bit of the manifest": (
        "data/maritime_zones/manifest.yaml",
        lambda c: c.replace(b"version: 2026", b"version: 2027", 1),
    ),
    "a ground too many": ("rules/grounds/zzz.yaml", lambda _: (ROOT / "rules/grounds/flag.yaml").read_bytes()),
}


@pytest.mark.parametrize("name", list(INSTALLED))
def test_an_installation_that_is_not_whole_gives_no_answer(site: Site, name: str) -> None:
    part, change = INSTALLED[name]
    path = site.bundle / part
    good = path.read_bytes() if path.exists() else None
    changed = change(good or b"")
    assert changed != good
    path.unlink(missing_ok=True)
    try:
        if changed is not None:
            path.write_bytes(changed)
        refused(site.run("assess", *AT, "--flag", "stateless"), 5, "install", Path(part).name)
    finally:
        path.unlink(missing_ok=True)
        if good is not None:
            path.write_bytes(good)


def test_a_bit_of_the_gazetteer(site: Site) -> None:
    path = site.bundle / "data" / "gazetteer" / "places.csv"
    good = path.read_bytes()
    path.write_bytes(_bit(good))
    try:
        refused(site.run("locate", "--at", "47 nm SW of Pylos", "--on", "2023-06-14"), 5, "places.csv", "install")
    finally:
        path.write_bytes(good)


def test_an_installation_that_is_whole_and_read_only_answers_and_leaves_nothing(site: Site) -> None:
    before = sorted(site.root.rglob("*"))
    for path in [site.root, *before]:
        if path.is_dir():
            path.chmod(0o555)
    try:
        done = site.run("assess", "--at", "47 nm SW of Pylos", "--on", "2023-06-14", "--json", preexec_fn=as_anybody)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)["provenance"]
    finally:
        for path in [site.root, *before]:
            if path.is_dir():
                path.chmod(0o755)
    assert sorted(site.root.rglob("*")) == before
    here = seajuris("assess", "--at", "47 nm SW of Pylos", "--on", "2023-06-14", "--json")
    # The same software, rules and data have the same hashes wherever they lie.
    assert found == json.loads(here.stdout)["provenance"]


RULES: dict[str, tuple[str, Callable[[bytes], bytes | None], str]] = {
    "missing facts": ("facts.yaml", lambda _: None, "facts.yaml is missing"),
    "missing version": ("version.yaml", lambda _: None, "version.yaml"),
    "missing treaty": ("instruments/UNTOC.yaml", lambda _: None, "UNTOC.yaml"),
    "unreadable": ("grounds/flag.yaml", lambda c: c, "flag.yaml"),
    "half written": ("grounds/flag.yaml", lambda c: c[: len(c) // 2], "flag.yaml"),
    "empty": ("grounds/flag.yaml", lambda _: b"", "flag.yaml"),
    "full of zeros": ("grounds/flag.yaml", lambda c: bytes(len(c)), "flag.yaml"),
}


@pytest.mark.parametrize("name", list(RULES))
def test_rules_of_ones_own_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    part, change, word = RULES[name]
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    path = tmp_path / "rules" / part
    changed = change(path.read_bytes())
    path.unlink()
    if changed is not None:
        path.write_bytes(changed)
        path.chmod(0 if name == "unreadable" else 0o644)
    done = seajuris("assess", SMALL, "--rules", tmp_path / "rules", preexec_fn=as_anybody)
    refused(done, 5, "SJ200", word)


# --- Files that are written ---------------------------------------------------------------------------------------

WRITERS = {
    "memo": ("memo", SMALL, "--date", "2026-01-01", "-o"),
    "map": ("map", *AT, "-o"),
}
ENDING = {"memo": "md", "map": "svg"}


@pytest.mark.parametrize("name", list(WRITERS))
def test_a_folder_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    tmp_path.chmod(0o555)
    try:
        done = seajuris(*WRITERS[name], tmp_path / f"out.{ENDING[name]}", preexec_fn=as_anybody)
        refused(done, 2, "SJ100", "cannot be written: Permission denied")
        assert list(tmp_path.iterdir()) == []
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.parametrize("name", list(WRITERS))
def test_a_disk_that_is_full(tmp_path: Path, name: str) -> None:
    target = tmp_path / f"out.{ENDING[name]}"
    refused(seajuris(*WRITERS[name], target, preexec_fn=limited_files(5_000)), 2, "SJ100", "cannot be written")
    assert list(tmp_path.iterdir()) == []
    target.write_bytes(b"an older file")
    refused(seajuris(*WRITERS[name], target, "--force", preexec_fn=limited_files(5_000)), 2, "cannot be written")
    assert target.read_bytes() == b"an older file"
    assert list(tmp_path.iterdir()) == [target]


def test_devices_are_not_replaced(tmp_path: Path) -> None:
    """As root, a rename over /dev/null would take it from every program on the machine."""
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    (tmp_path / "link.md").symlink_to(pipe)
    for target in (pipe, tmp_path / "link.md"):
        refused(seajuris(*WRITERS["memo"], target, "--force"), 2, "device or pipe")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.md", "pipe.md"]
    assert pipe.is_fifo()


NO_LINKS = """
import errno, os
def link(*_, **__):
    raise OSError(errno.EPERM, "Operation not permitted")
os.link = link
"""


def test_a_disk_without_hard_links(tmp_path: Path) -> None:
    """Memory sticks have none."""
    target = tmp_path / "out.md"
    assert seajuris(*WRITERS["memo"], target, before=NO_LINKS).returncode == 0
    whole = target.read_bytes()
    assert whole.endswith(b"-->\n")
    refused(seajuris(*WRITERS["memo"], target, before=NO_LINKS), 2, "exists already")
    assert target.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [target]


# --- Signals ------------------------------------------------------------------------------------------------------

HEARING = """
import signal
# Whoever started the tests may have had them ignore these: a job in the background does.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
STOP_WHILE_WRITING = """
import os, signal
real = os.fsync
def fsync(handle):
    real(handle)
    os.kill(os.getpid(), signal.{signal})
os.fsync = fsync
"""
STOP_WHILE_JUDGING = """
import os, signal
import seajuris.rules.evaluate as module
real = module.evaluate
def evaluate(*args):
    os.kill(os.getpid(), signal.{signal})
    return real(*args)
module.evaluate = evaluate
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", [STOP_WHILE_WRITING, STOP_WHILE_JUDGING], ids=["writing", "judging"])
def test_a_signal_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, moment: str) -> None:
    before = HEARING + moment.format(signal=number.name)
    done = seajuris(*WRITERS["memo"], tmp_path / "out.md", before=before)
    # Ended by the signal itself: a shell sees 128 more, and stops its loop.
    assert done.returncode == -number
    assert done.stdout == b""
    assert b"seajuris: interrupted" in done.stderr
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_killed_outright(tmp_path: Path) -> None:
    done = seajuris(*WRITERS["memo"], tmp_path / "out.md", before=STOP_WHILE_WRITING.format(signal="SIGKILL"))
    assert done.returncode == -signal.SIGKILL
    # Never under the name that was asked for; what is left can be told and thrown away.
    assert [re.sub("[0-9a-f]{12}", "X", p.name) for p in tmp_path.iterdir()] == [".out.md.X"]
    assert seajuris(*WRITERS["memo"], tmp_path / "out.md").returncode == 0


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    before = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + STOP_WHILE_WRITING.format(
        signal="SIGHUP"
    )
    assert seajuris(*WRITERS["memo"], tmp_path / "out.md", before=before).returncode == 0
    assert (tmp_path / "out.md").exists()


# --- Two at once --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("force", [False, True])
def test_several_write_the_same_file_at_once(tmp_path: Path, force: bool) -> None:
    target = tmp_path / "out.md"
    more = ("--force",) if force else ()
    command = [sys.executable, "-c", "from seajuris.cli import main; main()", *WRITERS["memo"], str(target), *more]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, env=environment(), cwd=ROOT) for _ in range(3)]
    told = [(p.communicate(timeout=120)[1], p.returncode) for p in running]
    codes = sorted(code for _, code in told)
    assert codes == ([0, 0, 0] if force else [0, 2, 2]), told
    assert all(b"exists already" in message for message, code in told if code)
    assert list(tmp_path.iterdir()) == [target]
    alone = seajuris(*TALKERS["memo"])
    assert target.read_bytes() == alone.stdout


# --- Standard streams ---------------------------------------------------------------------------------------------

TALKERS = {
    "text": ("assess", SMALL),
    "json": ("assess", SMALL, "--json"),
    "memo": ("memo", SMALL, "--date", "2026-01-01", "-o", "-", "--format", "md"),
    "map": ("map", *AT, "-o", "-", "--format", "svg"),
    "help": ("assess", "--help"),
    "version": ("--version",),
}


@pytest.mark.parametrize("name", list(TALKERS))
@pytest.mark.parametrize("where", ["full", "closed"])
def test_standard_output_that_takes_nothing(name: str, where: str) -> None:
    if where == "full":
        with Path("/dev/full").open("wb") as full:
            done = seajuris(*TALKERS[name], stdout=full)
    else:
        done = seajuris(*TALKERS[name], stdout=None, preexec_fn=lambda: os.close(1))
    message = done.stderr.decode()
    assert done.returncode in (1, 2), message
    assert ("No space left" if where == "full" else "Bad file descriptor") in message
    assert message.startswith("seajuris: ")
    assert message.count("\n") <= 2
    assert "Traceback" not in message
    assert "internal" not in message


@pytest.mark.parametrize("name", list(TALKERS))
def test_a_reader_that_goes_away(name: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = seajuris(*TALKERS[name], stdout=writing)
    finally:
        os.close(writing)
    # The library that prints the help has a code of its own.
    assert done.returncode == (1 if name == "help" else 141)
    assert done.stderr == b""


def test_messages_that_cannot_be_told(tmp_path: Path) -> None:
    """The exit code tells all the same, and the result is whole."""
    closed = seajuris("locate", "--at", "95 N 12 E", stderr=None, preexec_fn=lambda: os.close(2))
    assert closed.returncode == 2
    with Path("/dev/full").open("wb") as full:
        assert seajuris("locate", "--at", "95 N 12 E", stderr=full).returncode == 2
        done = seajuris(*WRITERS["map"], tmp_path / "out.svg", stderr=full)
    assert done.returncode == 0
    assert (tmp_path / "out.svg").read_bytes().endswith(b"</svg>\n")


def test_no_stream_at_all_writes_a_whole_file_and_nothing_into_it(tmp_path: Path) -> None:
    """A file that is opened takes the first free place: it must not be that of a stream."""

    def close() -> None:
        for place in (0, 1, 2):
            os.close(place)

    target = tmp_path / "out.svg"
    streams: dict[str, Any] = {"stdin": None, "stdout": None, "stderr": None}
    assert seajuris(*WRITERS["map"], target, preexec_fn=close, **streams).returncode == 0
    alone = seajuris(*TALKERS["map"])
    assert target.read_bytes() == alone.stdout


def test_standard_input_that_is_closed() -> None:
    refused(seajuris("assess", "-", stdin=None, preexec_fn=lambda: os.close(0)), 2, "standard input")


# --- The clock ----------------------------------------------------------------------------------------------------

CLOCK = """
import datetime
class shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls({year}, 1, 1, 0, 0, 9, tzinfo=tz)
datetime.datetime = shifted
"""


def test_a_clock_in_1970() -> None:
    """An answer for a day that is told; none with claims and law of 1970."""
    before = CLOCK.format(year=1970)
    right = seajuris("assess", SMALL, "--json")
    assert seajuris("assess", SMALL, "--json", before=before).stdout == right.stdout != b""
    refused(seajuris("locate", "--at", "36.25 21.06", before=before), 2, "1970-01-01", "clock", "--on")
    refused(seajuris("memo", SMALL, "-o", "-", "--format", "md", before=before), 2, "1970-01-01", "clock", "--date")
    refused(seajuris("locate", "--at", "36.25 21.06", "--on", "2025-06-14", before=before), 2, "future", "clock")


def test_a_clock_in_2099() -> None:
    before = CLOCK.format(year=2099)
    right = seajuris("assess", SMALL, "--json")
    assert seajuris("assess", SMALL, "--json", before=before).stdout == right.stdout != b""
    late = json.loads(seajuris("assess", "--at", "36.25 21.06", "--json", before=before).stdout)
    assert any("of today, 2099-01-01" in note for note in late["notes"])
    assert any("more than two years before 2099-01-01" in note for note in (*late["notes"], *late["place"]["notes"]))
    assert not any("more than two years" in note for note in json.loads(right.stdout)["notes"])
    refused(seajuris("locate", "--at", "36.25 21.06", "--on", "2099-01-02", before=before), 2, "future")


# --- The terminal -------------------------------------------------------------------------------------------------


def on_terminal(columns: int, *args: str, **env: str | None) -> tuple[int, str]:
    """Run the command on a terminal so wide; what it showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
    command = [sys.executable, "-c", "from seajuris.cli import main; main()", *args]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(env), cwd=ROOT, start_new_session=True
    ) as running:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65_536):
                shown += part
        code = running.wait(timeout=60)
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


PLAIN = {"NO_COLOR": None, "TERM": "xterm"}


@pytest.mark.parametrize(
    ("args", "columns", "width"),
    [(("assess", PYLOS), 40, 40), (("locate", *AT), 10, 40), (("assess", SMALL), 0, 80)],
    ids=["assess 40", "locate 10", "assess 0"],
)
def test_a_narrow_terminal_loses_no_word(args: tuple[str, ...], columns: int, width: int) -> None:
    code, shown = on_terminal(columns, *args, **{**PLAIN, "NO_COLOR": "1"})
    assert code == 0
    assert "\x1b" not in shown
    lines = shown.split("\n")
    # Addresses and rows of tables are never broken.
    long = [line for line in lines if len(line) > width and "://" not in line and "  " not in line.strip()]
    assert long == []
    piped = seajuris(*args).stdout.decode()
    squeezed = [re.sub(r"[\s=-]", "", text) for text in (shown, piped)]
    assert squeezed[0] == squeezed[1]


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"TERM": None, "NO_COLOR": "1"}, {}])
def test_colour_only_where_it_is_wanted(env: dict[str, str | None]) -> None:
    code, shown = on_terminal(80, "assess", SMALL, **{**PLAIN, **env})
    assert code == 0
    assert ("\x1b" in shown) is (env == {})


@pytest.mark.parametrize("columns", [40, 0])
def test_help_and_errors_on_a_narrow_terminal(columns: int) -> None:
    code, shown = on_terminal(columns, "assess", "--help", TERM="dumb")
    assert code == 0
    assert "--accuracy" in shown
    code, shown = on_terminal(columns, "locate", "--at", "95 N 12 E", TERM="dumb")
    assert code == 2
    assert "seajuris: error SJ110" in shown


# --- Names of files -----------------------------------------------------------------------------------------------

NAMES = {
    "new line": b"a\nseajuris: fine.md",
    "no text": b"m\xe9mo\xff.md",
    "escape": b"a\x1b[2J.md",
    "dash": b"./-o.md",
}


@pytest.mark.parametrize("name", list(NAMES))
def test_names_of_files_that_are_no_text(tmp_path: Path, name: str) -> None:
    case = NAMES[name].replace(b".md", b".json")
    shutil.copyfile(SMALL, tmp_path / os.fsdecode(case))
    told: tuple[bytes | str, ...] = ("memo", case, "--date", "2026-01-01", "-o", NAMES[name])
    done = seajuris(*told, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / os.fsdecode(NAMES[name])).read_bytes().endswith(b"-->\n")
    again = seajuris(*told, cwd=tmp_path)
    refused(again, 2, "exists already")
    # One line and its hint: the name cannot forge another, nor steer the terminal.
    assert again.stderr.count(b"\n") == 2
    assert b"\x1b" not in again.stderr
    checked = seajuris("verify", NAMES[name], "--json", cwd=tmp_path)
    assert json.loads(checked.stdout)["same"] is True
    assert os.fsencode(json.loads(checked.stdout)["file"]) == NAMES[name]


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    refused(seajuris(*WRITERS["memo"], tmp_path / ("m" * 300 + ".md")), 2, "cannot be written: File name too long")
    assert list(tmp_path.iterdir()) == []


# --- Nothing around it --------------------------------------------------------------------------------------------


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    before = "import os; os.rmdir(os.getcwd())"
    done = seajuris("assess", SMALL, "--json", cwd=gone, before=before)
    assert done.stdout == seajuris("assess", SMALL, "--json").stdout != b""
    gone.mkdir()
    refused(seajuris(*WRITERS["memo"], "out.md", cwd=gone, before=before), 2, "out.md", "cannot be written")
    gone.mkdir()
    refused(seajuris("locate", *AT, "--zones", "zones.gpkg", cwd=gone, before=before), 5, "zones.gpkg")
