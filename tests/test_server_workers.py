"""The processes that compute for the local page: none goes on without end, none takes the server down with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from seajuris.errors import DataError, RuleError, SeajurisError
from seajuris.server.answer import Answer
from seajuris.server.routes import ROUTES
from seajuris.server.workers import PROCESSES, Workers

ASSESS, CASE, MAP = (next(r for r in ROUTES if r.call == call) for call in ("assess", "case", "map"))
SMALL = json.dumps({"on": "2023-06-14", "vessel": {"flag": "PAN"}})
# A map of Europe and North Africa: the better part of a minute.
ENDLESS = {"extent": "-20,20,45,65"}


def error(answer: Answer) -> dict[str, str]:
    return dict(json.loads(answer.content)["error"])


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """A second for each computation, a tenth of one for a turn."""
    found = Workers(deadline_s=1, patience_s=0.1)
    found.warm()
    yield found
    found.close()
    for lane in found._lanes.values():
        assert not [process for process in lane._all if process._process.poll() is None]


def test_a_computation_without_end_is_ended(workers: Workers) -> None:
    began = time.monotonic()
    answer = workers.answer(MAP, ENDLESS, SMALL)
    assert time.monotonic() - began < 30
    assert answer.status == HTTPStatus.GATEWAY_TIMEOUT
    assert error(answer)["code"] == "HTTP-504"
    # The next one is answered as if nothing had been.
    assert workers.answer(ASSESS, {}, SMALL).status == HTTPStatus.OK
    assert error(workers.answer(MAP, {}, SMALL))["code"] == "SJ100"


def test_what_takes_long_does_not_hold_up_the_rest_and_nobody_waits_without_end(workers: Workers) -> None:
    answers: list[Answer] = []
    long = threading.Thread(target=lambda: answers.append(workers.answer(MAP, ENDLESS, SMALL)))
    long.start()
    until = time.monotonic() + 30
    while workers._lanes["long"]._turns._value and time.monotonic() < until:
        time.sleep(0.01)
    assert workers.answer(CASE, {}, SMALL).status == HTTPStatus.OK
    second = workers.answer(MAP, ENDLESS, SMALL)
    long.join()
    assert error(second)["code"] == "HTTP-503"
    assert [error(a)["code"] for a in answers] == ["HTTP-504"]


def test_a_process_that_breaks_is_replaced(workers: Workers, capfd: pytest.CaptureFixture[str]) -> None:
    assert workers.answer(ASSESS, {}, SMALL).status == HTTPStatus.OK
    for process in workers._lanes["quick"]._idle:
        process._process.kill()
        process._process.wait()
    answer = workers.answer(ASSESS, {}, SMALL)
    assert (answer.status, error(answer)["code"]) == (HTTPStatus.INTERNAL_SERVER_ERROR, "SJ000")
    told = capfd.readouterr().err
    assert "internal fault (the computation ended early)" in told
    assert "Traceback" not in told
    assert workers.answer(ASSESS, {}, SMALL).status == HTTPStatus.OK


def test_there_are_never_more_than_agreed(workers: Workers) -> None:
    threads = [threading.Thread(target=workers.answer, args=(CASE, {}, SMALL)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, lane in workers._lanes.items():
        assert len(lane._all) <= PROCESSES[name]
        assert len(lane._idle) == len(lane._all)


@pytest.mark.parametrize(("option", "kind"), [("zones", DataError), ("rules", RuleError)])
def test_what_cannot_be_read_is_said_at_the_start(option: str, kind: type[SeajurisError], tmp_path: Path) -> None:
    broken = Workers(**{option: tmp_path / "nothing-here"})  # type: ignore[arg-type]
    try:
        with pytest.raises(kind) as raised:
            broken.warm()
        assert raised.value.exit_code == 5
        assert "nothing-here" in str(raised.value)
    finally:
        broken.close()


def test_they_end_with_the_server_however_it_ends(tmp_path: Path) -> None:
    """And modules that lie in the working folder are not taken for those of the program."""
    for name in ("json", "yaml", "multiprocessing", "seajuris"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    command = [sys.executable, "-P", "-c", "from seajuris.cli import main; main()", "serve", "--no-browser"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, process_group=0
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("http://127.0.0.1:")
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        children = [int(a) for a, b in (line.split() for line in listed.splitlines()) if int(b) == server.pid]
        assert len(children) == len(PROCESSES)
    finally:
        os.kill(server.pid, signal.SIGKILL)
        server.communicate(timeout=60)
    until = time.monotonic() + 60
    while (left := [child for child in children if running(child)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left


def running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
