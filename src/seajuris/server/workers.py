"""Engines in processes of their own: no request computes without end, and none takes the server down with it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from seajuris import errors
from seajuris.errors import SeajurisError
from seajuris.server.answer import Answer, failure, fault_of_ours
from seajuris.server.routes import Route
from seajuris.server.worker import answer_of, read, write

PATIENCE_S = 30.0
"""How long a request waits for its turn to compute."""
DEADLINE_S = 60.0
"""How long one request may compute. The slowest answer to a case of ordinary size, a map, takes a quarter of that."""
PROCESSES = {"quick": 2, "long": 1}
"""At most so many at once. The second of ``quick`` starts when the first is busy."""


class Workers:
    """Answers routes as an engine does, each within the time that it may take.

    Args:
        zones: A zone GeoPackage instead of the shipped one.
        rules: A rule folder instead of the shipped one.
        deadline_s: Seconds that one request may compute.
        patience_s: Seconds that a request waits for its turn.
    """

    def __init__(
        self,
        *,
        zones: str | Path | None = None,
        rules: str | Path | None = None,
        deadline_s: float = DEADLINE_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        told = {
            "zones": None if zones is None else str(zones),
            "rules": None if rules is None else str(rules),
            "deadline_s": deadline_s,
        }
        self._lanes = {name: _Lane(told, most, patience_s) for name, most in PROCESSES.items()}
        # What does not hang on a request is asked for once.
        self._fixed: dict[str, Answer] = {}

    def warm(self) -> None:
        """Start what is needed first, and read everything once, so that faults show at the start.

        Raises:
            DataError: if the zone data are missing or damaged.
            RuleError: if a rule file cannot be used.
        """
        for lane in self._lanes.values():
            lane.prepare()
        self._lanes["quick"].check()

    def answer(self, route: Route, options: Mapping[str, str], body: str) -> Answer:
        """The answer to a request for a declared route; errors are answers too."""
        if route.method == "GET" and route.path in self._fixed:
            return self._fixed[route.path]
        answer = self._lanes[route.lane].answer(route, options, body)
        if route.method == "GET" and answer.status == HTTPStatus.OK:
            self._fixed[route.path] = answer
        return answer

    def close(self) -> None:
        """End all processes."""
        for lane in self._lanes.values():
            lane.close()


class _Lane:
    """Some processes that do the same work."""

    def __init__(self, told: dict[str, Any], most: int, patience_s: float) -> None:
        self._told = told
        self._patience_s = patience_s
        self._turns = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._closed = False

    def prepare(self) -> None:
        """Start a process without waiting for it."""
        self._back(self._take())

    def check(self) -> None:
        """Wait for a process to be ready.

        Raises:
            SeajurisError: what it could not read.
        """
        process = self._take()
        process.ready()
        self._back(process)

    def answer(self, route: Route, options: Mapping[str, str], body: str) -> Answer:
        if not self._turns.acquire(timeout=self._patience_s):
            return failure(
                HTTPStatus.SERVICE_UNAVAILABLE, "HTTP-503", "too much is being computed", hint="Try again in a moment."
            )
        try:
            process = self._take()
            try:
                return process.answer(route, options, body)
            finally:
                if process.alive:
                    self._back(process)
                else:
                    with self._lock:
                        self._all.discard(process)
                    # The next request need not wait for all of the start.
                    self.prepare()
        finally:
            self._turns.release()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            processes = list(self._all)
        for process in processes:
            process.end()

    def _take(self) -> _Process:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            process = _Process(self._told)
            self._all.add(process)
            if self._closed:
                process.end()
            return process

    def _back(self, process: _Process) -> None:
        with self._lock:
            self._idle.append(process)


class _Process:
    """One worker and the pipes to it; used by one thread at a time."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._deadline_s = float(told["deadline_s"])
        self._is_ready = False
        # -P: nothing that lies in the working folder is taken for a module. A group of its own: Ctrl+C is for the
        # server, which ends the others.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seajuris.server.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.alive = True
        self._send(told)

    def ready(self) -> None:
        """Wait until it has read rules and data.

        Raises:
            SeajurisError: what it could not read.
        """
        if self._is_ready:
            return
        message = read(self._out)
        if message is None:
            self.end()
            raise SeajurisError("a process that computes could not be started")
        fault = message[0]["fault"]
        if fault is not None:
            self.end()
            kind = next((kind for kind in vars(errors).values() if getattr(kind, "code", None) == fault["code"]), None)
            raise (kind or SeajurisError)(fault["message"], hint=fault["hint"], where=fault["where"])
        self._is_ready = True

    def answer(self, route: Route, options: Mapping[str, str], body: str) -> Answer:
        """Its answer; after one that it could not give, it is no longer alive."""
        self.ready()
        began = time.monotonic()
        self._send({"call": route.call, "options": dict(options)}, body.encode())
        message = read(self._out)
        if message is not None:
            return answer_of(message)
        self.end()
        if time.monotonic() - began < self._deadline_s:
            # It broke, or ran out of memory.
            return fault_of_ours("the computation ended early")
        return failure(
            HTTPStatus.GATEWAY_TIMEOUT,
            "HTTP-504",
            f"the computation took longer than {self._deadline_s:.0f} s and was ended",
            hint="Ask for less: a smaller accuracy, a smaller window, fewer persons; or use the command line.",
        )

    def end(self) -> None:
        """End it at once."""
        self.alive = False
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                # What was not sent is of no use any more.
                pipe.close()  # type: ignore[union-attr]

    @property
    def _out(self) -> Any:
        return self._process.stdout

    def _send(self, head: dict[str, Any], content: bytes = b"") -> None:
        try:
            write(self._process.stdin, head, content)  # type: ignore[arg-type]
        except OSError:
            # It is gone; reading its answer will say so.
            return
