"""Puts the local page's server under load, over the wire: many at once, many malformed.

    python benchmarks/server_load.py [--concurrent N] [--malformed N] [--costly] [--schemathesis PROGRAM] [--write]

Survived means: every well-formed request was answered with 200 or 503, every malformed one with 4xx or a closed
connection, nothing with 500, and the server answers as before when it is over. ``--costly`` sends the requests that
take longest: each is answered, or ended at the deadline. ``--schemathesis`` runs that program (installed anywhere)
against the OpenAPI description. ``--write`` records the figures in ``benchmarks/results/server.json``.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import platform
import random
import re
import resource
import socket
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from seajuris import __version__, states
from seajuris.server.guard import TOKEN_HEADER
from seajuris.server.run import start
from seajuris.server.workers import DEADLINE_S, Workers

RESULTS = Path(__file__).parent / "results" / "server.json"
TOKEN = "load"
STATES = [state.alpha3 for state in states.register() if state.kind == "state"]
EXCLUDED = {
    "positive_data_acceptance": "what fits the schema may still be no State, no day of the calendar, no position",
}
CASE = json.dumps({"on": "2023-06-14", "vessel": {"flag": "PAN"}, "suspects": ["EGY"]})
PLACED = json.dumps(
    {"on": "2023-06-14", "position": "36.25 21.06", "accuracy": "1 nm", "vessel": {"flag": "stateless"}}
)


def post(port: int, body: str, path: str = "/api/assess") -> int | str:
    """One well-formed request; the status, or the name of the error."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        connection.request("POST", path, body, {TOKEN_HEADER: TOKEN, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except OSError as fault:
        return type(fault).__name__
    finally:
        connection.close()
    return answer.status


def malformed(rng: random.Random, port: int) -> bytes:
    """A request with something wrong: bytes changed, cut off, or no HTTP at all."""
    head = f"POST /api/case HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{TOKEN_HEADER}: {TOKEN}\r\n"
    head += "Content-Type: application/json\r\n"
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randint(1, 400)) + b"\r\n\r\n"
    raw = bytearray(f"{head}Content-Length: {len(CASE)}\r\n\r\n{CASE}".encode())
    if kind == 1:
        return bytes(raw[: rng.randint(1, len(raw) - 1)])
    if kind == 2:
        return f"{head}Content-Length: {rng.choice(['-1', 'x', '9' * 30, '1e3'])}\r\n\r\n{CASE}".encode()
    for _ in range(rng.randint(1, 20)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw)


def send(port: int, sent: bytes) -> str:
    """Send bytes and close this direction; the first digits of the status."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(65536)
    except OSError:
        return "closed"
    return answer[9:12].decode("latin-1") if answer else "closed"


def concurrent(port: int, number: int) -> dict[str, Any]:
    """Well-formed requests, all at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        found = collections.Counter(pool.map(lambda i: post(port, PLACED if i % 10 == 0 else CASE), range(number)))
    seconds = time.perf_counter() - began
    print(f"{number} at once: {dict(found)} in {seconds:.1f} s", flush=True)
    assert set(found) <= {200, 503}
    return {"requests": number, "statuses": counted(found), "seconds": round(seconds, 1)}


def many_malformed(port: int, number: int) -> dict[str, Any]:
    """Malformed requests, eight at a time."""
    rng = random.Random(1)
    began = time.perf_counter()
    requests = [malformed(rng, port) for _ in range(number)]
    with ThreadPoolExecutor(8) as pool:
        found = collections.Counter(pool.map(lambda sent: send(port, sent), requests))
    seconds = time.perf_counter() - began
    print(f"{number} malformed: {dict(found)} in {seconds:.1f} s", flush=True)
    assert not [status for status in found if status.startswith("5") and status not in ("501", "505")]
    return {"requests": number, "statuses": counted(found), "seconds": round(seconds, 1)}


# What costs most within the limits of size: circles and windows, many persons with several alleged nationalities.
COSTLY: dict[str, tuple[str, dict[str, Any]]] = {
    "assess, circle of 480 M in the Aegean": ("/api/assess", {"position": "37 25", "accuracy": "450 nm"}),
    "map, circle of 480 M in the Aegean": ("/api/map", {"position": "37 25", "accuracy": "450 nm"}),
    "map, a window of half a continent": ("/api/map?extent=-20,20,45,65", {}),
    "memo, circle of 480 M in the Aegean": ("/api/memo?format=pdf", {"position": "37 25", "accuracy": "450 nm"}),
    "assess, 100 persons of 10 alleged nationalities each": (
        "/api/assess",
        {
            "position": "37 25",
            "accuracy": "200 nm",
            "offences": ["migrant_smuggling", "death_caused", "murder"],
            **{
                name: [{"nationality": {"disputed": STATES[i : i + 10]}} for i in range(50)]
                for name in ("suspects", "victims")
            },
        },
    ),
}


def costly(port: int) -> dict[str, Any]:
    """Status and seconds of each request of `COSTLY`."""
    found = {}
    for name, (path, case) in COSTLY.items():
        began = time.perf_counter()
        status = post(port, json.dumps({"on": "2023-06-14", **case}), path)
        found[name] = {"status": status, "seconds": round(time.perf_counter() - began, 1)}
        print(f"{name}: {found[name]}", flush=True)
        assert status in (200, 504), name
    return found


def schemathesis(tool: str, port: int, examples: int) -> dict[str, Any]:
    """Run schemathesis with all of its checks but those that `EXCLUDED` explains."""
    site = f"http://127.0.0.1:{port}"
    command = [tool, "run", f"{site}/api/openapi.json", "-H", f"{TOKEN_HEADER}: {TOKEN}", "--seed", "1"]
    command += ["--max-examples", str(examples), "--request-timeout", "120", "--continue-on-failure", "--no-color"]
    command += ["--exclude-checks", ",".join(EXCLUDED), "--phases", "examples,coverage,fuzzing"]
    command += ["--suppress-health-check", "all", "--generation-database", "none"]
    with tempfile.TemporaryDirectory() as folder:
        # It leaves files behind where it runs.
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    print(done.stdout[-8000:], done.stderr[-2000:], flush=True)
    version = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    cases = re.search(r"([\d,]+) generated", done.stdout)
    assert done.returncode == 0, "schemathesis found something"
    return {
        "version": version,
        "max_examples": examples,
        "test_cases": int(cases[1].replace(",", "")) if cases else None,
        "failures": 0,
        "excluded_checks": EXCLUDED,
    }


def main() -> None:
    """Run, print and record."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--concurrent", type=int, default=1000)
    parser.add_argument("--malformed", type=int, default=10_000)
    parser.add_argument("--costly", action="store_true", help="also the costliest requests; takes minutes")
    parser.add_argument(
        "--schemathesis", metavar="PROGRAM", help="also run this schemathesis (pip install schemathesis)"
    )
    parser.add_argument("--examples", type=int, default=50, help="of schemathesis, for each address")
    parser.add_argument("--write", action="store_true", help=f"record the figures in {RESULTS.name}")
    told = parser.parse_args()
    figures: dict[str, Any] = {
        "software": __version__,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }
    engine = Workers()
    engine.warm()
    server, address = start(engine, token=TOKEN)
    port = int(address.split(":")[2].split("/")[0])
    threading.Thread(target=server.run, daemon=True).start()

    if told.concurrent:
        figures["concurrent"] = concurrent(port, told.concurrent)
    if told.malformed:
        figures["malformed"] = many_malformed(port, told.malformed)
    if told.costly:
        figures["costly"] = {"deadline_s": DEADLINE_S, "requests": costly(port)}
    if told.schemathesis:
        figures["schemathesis"] = schemathesis(told.schemathesis, port, told.examples)

    assert post(port, CASE) == 200
    figures["largest_memory_mb"] = {
        "server": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    engine.close()
    # Of the processes that have ended.
    figures["largest_memory_mb"]["worker"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    print(f"it still answers; largest memory in MB: {figures['largest_memory_mb']}")
    if told.write:
        RESULTS.parent.mkdir(exist_ok=True)
        # Parts that were not run keep their last figures.
        before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(before | figures, indent=2) + "\n", encoding="utf-8")


def counted(found: collections.Counter[Any]) -> dict[str, int]:
    """Statuses as text, in order."""
    return {str(status): found[status] for status in sorted(found, key=str)}


if __name__ == "__main__":
    main()
