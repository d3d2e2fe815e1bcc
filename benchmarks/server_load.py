"""Puts the local page's server under load, over the wire: many at once, many malformed.

    python benchmarks/server_load.py [--concurrent N] [--malformed N] [--schemathesis]

Survived means: every well-formed request was answered with 200 or 503, every malformed one with 4xx or a closed
connection, nothing with 500, and the server answers as before when it is over. With ``--schemathesis`` (which has to be
installed: pip install schemathesis) its tests are run against the OpenAPI description as well.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import resource
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from seajuris.server.engine import Engine
from seajuris.server.guard import TOKEN_HEADER
from seajuris.server.run import start

TOKEN = "load"
CASE = json.dumps({"on": "2023-06-14", "vessel": {"flag": "PAN"}, "suspects": ["EGY"]})
PLACED = json.dumps(
    {"on": "2023-06-14", "position": "36.25 21.06", "accuracy": "1 nm", "vessel": {"flag": "stateless"}}
)


def post(port: int, body: str) -> int | str:
    """One well-formed request; the status, or the name of the error."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        connection.request("POST", "/api/assess", body, {TOKEN_HEADER: TOKEN, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except OSError as fault:
        return type(fault).__name__
    finally:
        connection.close()
    return answer.status


def malformed(rng: random.Random) -> bytes:
    """A request with something wrong: bytes changed, cut off, or no HTTP at all."""
    head = (
        f"POST /api/case HTTP/1.1\r\nHost: 127.0.0.1\r\n{TOKEN_HEADER}: {TOKEN}\r\nContent-Type: application/json\r\n"
    )
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


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--concurrent", type=int, default=1000)
    parser.add_argument("--malformed", type=int, default=10_000)
    parser.add_argument("--schemathesis", action="store_true")
    told = parser.parse_args()
    engine = Engine()
    engine.warm()
    server, address = start(engine, token=TOKEN)
    port = int(address.split(":")[2].split("/")[0])
    threading.Thread(target=server.run, daemon=True).start()

    began = time.perf_counter()
    with ThreadPoolExecutor(told.concurrent) as pool:
        found = collections.Counter(
            pool.map(lambda i: post(port, PLACED if i % 10 == 0 else CASE), range(told.concurrent))
        )
    print(f"{told.concurrent} at once: {dict(found)} in {time.perf_counter() - began:.1f} s", flush=True)
    assert set(found) <= {200, 503}

    rng = random.Random(1)
    began = time.perf_counter()
    requests = [malformed(rng) for _ in range(told.malformed)]
    with ThreadPoolExecutor(8) as pool:
        answers = collections.Counter(pool.map(lambda sent: send(port, sent), requests))
    print(f"{told.malformed} malformed: {dict(answers)} in {time.perf_counter() - began:.1f} s", flush=True)
    assert not [status for status in answers if status.startswith("5") and status not in ("501", "505")]

    if told.schemathesis:
        tool = shutil.which("schemathesis")
        assert tool is not None, "pip install schemathesis"
        site = address.partition("#")[0]
        command = [tool, "run", f"{site}api/openapi.json", "-H", f"{TOKEN_HEADER}: {TOKEN}"]
        subprocess.run([*command, "--max-examples", "30", "--checks", "not_a_server_error"], check=True)

    assert post(port, CASE) == 200
    print(f"it still answers; largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
