"""The local page's server: what it refuses, what it answers, and that nothing gets past the guard."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import conftest
from conftest import ROOT, Run
from seajuris.api import assess
from seajuris.case import Case
from seajuris.cli.facts import case_data
from seajuris.errors import InputError
from seajuris.server import run as server_run
from seajuris.server.answer import Answer
from seajuris.server.app import App
from seajuris.server.engine import MAX_ENTRIES, Engine
from seajuris.server.guard import HEADERS, MAX_BODY, TOKEN_HEADER, Guard

PORT, TOKEN = 8123, "the-token-of-this-test"
CASE = {"on": "2023-06-14", "vessel": {"flag": "stateless"}, "suspects": ["EGY"], "landed_in": "ITA"}
POSTS = ("/api/assess", "/api/case", "/api/map", "/api/memo")
GETS = ("/api/scenarios", "/api/vocabulary", "/api/openapi.json")
PAGES = ("/", "/page.css", "/page.js", "/form.js", "/results.js", "/map.css", "/map.js", "/icon.svg")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        error = self.json["error"]
        assert set(error) == {"code", "message", "where", "hint"}
        return dict(error)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def ask(engine: Engine) -> Callable[..., Reply]:
    """Asks the application as its server does, without a network."""
    app = App(engine, Guard(PORT, TOKEN))

    def ask_app(method: str, target: str, body: bytes | dict[str, Any] = b"", **changed: str | None) -> Reply:
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": f"127.0.0.1:{PORT}",
            "HTTP_X_SEAJURIS_TOKEN": TOKEN,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(raw)),
            "wsgi.input": io.BytesIO(raw),
        }
        for key, value in changed.items():
            environ.pop(key, None)
            if value is not None:
                environ[key] = value
        told: list[Any] = []
        content = b"".join(app(environ, lambda status, headers, *_: told.extend((status, headers))))  # type: ignore[arg-type]
        return checked(Reply(int(told[0][:3]), dict(told[1]), content), head=method == "HEAD")

    return ask_app


def checked(reply: Reply, *, head: bool = False) -> Reply:
    """What every response must keep, whatever it is."""
    for name, value in HEADERS:
        assert reply.headers[name] == value
    assert "Set-Cookie" not in reply.headers
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert reply.headers["Content-Type"] != "text/plain"
    assert head or int(reply.headers["Content-Length"]) == len(reply.body)
    assert b"Traceback" not in reply.body
    assert str(ROOT).encode() not in reply.body
    return reply


# --- The guard ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*POSTS, *GETS, "/api/nothing", "/nothing"])
@pytest.mark.parametrize("token", [None, "", "the-token-of-this-tes", TOKEN + "x", TOKEN.upper(), "\u00e9\udcff"])
def test_without_the_token_nothing_is_answered(ask: Callable[..., Reply], path: str, token: str | None) -> None:
    reply = ask("GET" if path in GETS else "POST", path, CASE, HTTP_X_SEAJURIS_TOKEN=token)
    assert (reply.status, reply.error["code"]) == (401, "HTTP-401")


@pytest.mark.parametrize("path", ["/", "/page.js", "/api/vocabulary"])
@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "127.0.0.1",
        f"127.0.0.1:{PORT + 1}",
        f"evil.example:{PORT}",
        f"127.0.0.1.nip.io:{PORT}",
        f"0.0.0.0:{PORT}",
    ],
)
def test_another_host_is_refused(ask: Callable[..., Reply], path: str, host: str | None) -> None:
    assert ask("GET", path, HTTP_HOST=host).status == 421


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        f"https://127.0.0.1:{PORT}",
        f"http://127.0.0.1:{PORT + 1}",
        f"http://localhost:{PORT}",
    ],
)
def test_another_origin_is_refused(ask: Callable[..., Reply], origin: str) -> None:
    assert ask("POST", "/api/assess", CASE, HTTP_ORIGIN=origin).status == 403
    assert ask("GET", "/", HTTP_ORIGIN=origin).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "none, cross-site"])
def test_requests_that_another_site_made_are_refused(ask: Callable[..., Reply], site: str) -> None:
    assert ask("GET", "/page.js", HTTP_SEC_FETCH_SITE=site).status == 403


def test_the_page_itself_is_let_in(ask: Callable[..., Reply]) -> None:
    for host in (f"127.0.0.1:{PORT}", f"localhost:{PORT}"):
        reply = ask(
            "POST", "/api/case", CASE, HTTP_HOST=host, HTTP_ORIGIN=f"http://{host}", HTTP_SEC_FETCH_SITE="same-origin"
        )
        assert reply.status == 200


@pytest.mark.parametrize("path", PAGES)
def test_the_pages(ask: Callable[..., Reply], path: str) -> None:
    """They need no token, hold no secret, and nothing inline that the policy would have to allow."""
    reply = ask("GET", path, HTTP_X_SEAJURIS_TOKEN=None)
    assert reply.status == 200
    text = reply.body.decode()
    assert TOKEN not in text
    if path == "/":
        assert not re.search(r"<style|<script(?! src=\"/)|\son\w+=|\sstyle=|javascript:", text)
        assert set(re.findall(r'(?:src|href)="(?!#)([^"]+)"', text)) <= set(PAGES)
    if path.endswith(".js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    outside = set(re.findall(r"https?://[^\s\"')]+", text)) - {"http://www.w3.org/2000/svg"}
    assert not outside


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    policy = dict(HEADERS)["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"unsafe|\*|https?:|data:|nonce", policy)
    assert {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))


# --- Methods, addresses, sizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "X"]
)
def test_each_address_has_one_method(ask: Callable[..., Reply], method: str) -> None:
    for path, right in [*((p, "POST") for p in POSTS), *((p, "GET") for p in (*GETS, *PAGES))]:
        if method != right:
            reply = ask(method, path, CASE)
            assert (reply.status, reply.headers["Allow"]) == (405, right)


@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/", "/api/assess/", "//api/assess", "/API/assess", "", "/static/page.js", "/index.html",
        "/../pyproject.toml", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/page.js/../../engine.py", "/./page.js",
        "/page.js\x00.css", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/page.js", "/C:\\Windows\\win.ini",
        "/favicon.ico", "/engine.py", "/static/../engine.py", "/\u2025/x", "/page.js;x",
    ],
)  # fmt: skip
def test_no_other_address_leads_anywhere(ask: Callable[..., Reply], path: str) -> None:
    for method in ("GET", "POST"):
        assert ask(method, path, CASE).status == 404


def test_no_request_opens_a_file(ask: Callable[..., Reply]) -> None:
    """Once the scenarios have been read, no path, option or value of a request makes the server open anything."""
    opened: list[str] = []

    def note(event: str, args: tuple[Any, ...]) -> None:
        if watching and event in ("open", "os.listdir", "os.scandir", "subprocess.Popen", "socket.connect"):
            opened.append(f"{event} {args[0]}")

    watching = False
    sys.addaudithook(note)
    # The first time, Python loads modules.
    _ask_for_files(ask)
    watching = True
    _ask_for_files(ask)
    watching = False
    assert opened == []


def _ask_for_files(ask: Callable[..., Reply]) -> None:
    hostile = "../../../../etc/passwd"
    for path in (*GETS, *PAGES, f"/{hostile}", f"/page.js/{hostile}"):
        ask("GET", path)
    for path in ("/api/assess", "/api/case", f"/api/{hostile}"):
        ask("POST", path, CASE)
        ask("POST", path, CASE | {"title": hostile, "notes": "file:///etc/passwd"})
        ask("POST", path, {"vessel": {"flag": hostile}})
        ask("POST", f"{path}?zones={hostile}&rules={hostile}", CASE)
    ask("POST", f"/api/memo?lang={hostile}", CASE)
    ask("POST", f"/api/memo?format={hostile}", CASE)


@pytest.mark.parametrize("query", ["zones=x", "rules=x", "a", "%ff=1", "=", "&".join(["a=1"] * 99), "case=../x"])
def test_options_that_are_not_known(ask: Callable[..., Reply], query: str) -> None:
    assert ask("POST", f"/api/assess?{query}", CASE).status == 400
    assert ask("POST", f"/api/memo?{query}", CASE).status == 400


def test_sizes(ask: Callable[..., Reply]) -> None:
    assert ask("POST", "/api/case", b"{" + b" " * MAX_BODY + b"}").status == 413
    assert ask("POST", "/api/case", CASE, CONTENT_LENGTH="99999999999999999999").status == 413
    assert ask("POST", "/api/case", CASE, CONTENT_LENGTH="-1").status == 400
    assert ask("GET", "/" + "a" * 2000).status == 414
    assert ask("GET", "/?" + "a" * 2000).status == 414
    many = {"victims": ["SYR"] * (MAX_ENTRIES + 1)}
    assert "more than" in ask("POST", "/api/assess", many).error["message"]
    assert ask("POST", "/api/case", {"victims": ["SYR"] * MAX_ENTRIES}).status == 200


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_of_another_site_could_send_is_refused(ask: Callable[..., Reply], kind: str | None) -> None:
    assert ask("POST", "/api/assess", CASE, CONTENT_TYPE=kind).status == 415


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"null",
        b"{", b"[]", b"[" * 5000, b'{"a":' * 3000, b'{"on": NaN}', b'{"on": 1e999}', b'{"on":"2023","on":"2022"}',
        b"\xff\xfe", b"\x00", b"null x", b'"text"', b"7", b'{"vessel": 3}', b'{"suspects": {}}', b'{"no_such_fact": 1}',
        b'{"on": "2999-01-01"}', b'{"position": "here"}', b'{"position": "91 N 0 E"}', b"!!python/object/apply:x [id]",
        b"a: &a [*a]", b'{"__proto__": {"x": 1}}', b'{"on": ' + b"9" * 500 + b"}", b'{"vessel": {"flag": "\\ud800"}}',
    ],
)  # fmt: skip
def test_what_is_no_case_is_refused_with_a_reason(ask: Callable[..., Reply], body: bytes) -> None:
    for path in POSTS:
        reply = ask("POST", path, body)
        assert reply.status == 400
        assert reply.error["message"]


def test_an_error_names_the_fact(ask: Callable[..., Reply]) -> None:
    error = ask("POST", "/api/assess", {"suspects": [{"nationality": "Atlantis"}]}).error
    assert error["code"] == "SJ120"
    assert error["where"] == "case: suspects[0].nationality"


def test_200_malformed_requests(ask: Callable[..., Reply]) -> None:
    rng = random.Random(20230614)
    whole = json.dumps({**CASE, "position": "36.25 21.06", "accuracy": "1 nm"}).encode()
    statuses: set[int] = set()
    for _ in range(200):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        path = rng.choice(["/api/case", "/api/assess", "/api/c" + chr(rng.randrange(1, 0x2FF)), "/"])
        method = rng.choice(["POST", "POST", "GET", "P\u00d6ST"])
        statuses.add(ask(method, path, bytes(raw), CONTENT_TYPE=rng.choice(["application/json", "x" * 50])).status)
    assert statuses <= {200, 400, 404, 405, 415}
    assert {400, 404, 405, 415} <= statuses


# --- The answers --------------------------------------------------------------------------------------------------


def test_the_assessment_is_that_of_the_library(ask: Callable[..., Reply]) -> None:
    data = case_data(str(ROOT / "docs" / "examples" / "pylos.yaml"))
    reply = ask("POST", "/api/assess", data)
    assert reply.status == 200
    assert reply.json == json.loads(json.dumps(assess(Case.from_dict(data)).to_dict()))
    assert reply.json["place"]["zones"]


def test_a_yaml_case_file_is_read(ask: Callable[..., Reply]) -> None:
    raw = (ROOT / "docs" / "examples" / "pylos.yaml").read_bytes()
    told = ask("POST", "/api/case", raw, CONTENT_TYPE="application/yaml; charset=utf-8").json["case"]
    assert Case.from_dict(told) == Case.load(ROOT / "docs" / "examples" / "pylos.yaml")
    assert ask("POST", "/api/assess", raw, CONTENT_TYPE="application/yaml").status == 415


def test_every_scenario_can_be_loaded(ask: Callable[..., Reply]) -> None:
    listed = ask("GET", "/api/scenarios").json["scenarios"]
    assert len(listed) >= 25
    assert not [s["id"] for s in listed if s["id"].startswith("law-")]
    for scenario in listed:
        assert ask("POST", "/api/case", scenario["case"]).status == 200, scenario["id"]


def test_the_vocabulary(ask: Callable[..., Reply]) -> None:
    told = ask("GET", "/api/vocabulary").json
    assert {"vessel.flag", "suspects[].nationality", "landed_in"} <= {f["path"] for f in told["facts"]}
    egypt = next(s for s in told["states"] if s["code"] == "EGY")
    assert (egypt["name"], egypt["kind"], "Egyptian" in egypt["demonyms"]) == ("Egypt", "state", True)
    assert set(told["words"]["statuses"]) == {"established", "conditional", "open", "excluded"}
    assert "not legal advice" in told["disclaimer"]


def test_memos(ask: Callable[..., Reply]) -> None:
    case = {**CASE, "title": "Jane Roe's boat", "vessel": {"name": "Jane Roe"}}
    for form, begins in (("md", b"#"), ("docx", b"PK")):
        reply = ask("POST", f"/api/memo?format={form}&date=2024-01-01", case)
        assert reply.status == 200
        assert begins in reply.body[:400]
        assert reply.headers["Content-Disposition"] == f'attachment; filename="memo.{form}"'
    plain = ask("POST", "/api/memo?format=md&date=2024-01-01", case).body
    assert b"Jane Roe" in plain
    assert plain == ask("POST", "/api/memo?format=md&date=2024-01-01", case).body
    assert b"Jane Roe" not in ask("POST", "/api/memo?format=md&date=2024-01-01&redact=yes", case).body
    for wrong in ("format=exe", "lang=xx", "date=yesterday", "redact=maybe"):
        assert ask("POST", f"/api/memo?{wrong}", case).status == 400


def test_the_map_comes_without_style_and_script(ask: Callable[..., Reply]) -> None:
    told = {"position": "35°30.0'N 12°36.0'E", "accuracy": "200 m", "on": "2023-06-14"}
    html = ask("POST", "/api/map?extent=6nm", told).json["html"]
    assert html.startswith('<section class="sjmap"')
    assert 'data-incident="yes"' in html
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", html)
    assert ask("POST", "/api/map", {}).status == 400
    assert ask("POST", "/api/map?extent=../x", told).status == 400


def test_circles_beyond_every_zone_are_left_to_the_command_line(ask: Callable[..., Reply]) -> None:
    case = {"position": "37 25", "accuracy": "501 nm"}
    for path in ("/api/assess", "/api/map", "/api/memo"):
        assert ask("POST", path, case).error["where"] == "case: accuracy"
    assert ask("POST", "/api/case", {**case, "accuracy": "450 nm"}).status == 200


def test_only_the_address_for_case_files_reads_yaml(ask: Callable[..., Reply]) -> None:
    """Else a text that is no JSON would be read as something."""
    for path, status in (("/api/case", 200), ("/api/assess", 400), ("/api/map", 400), ("/api/memo", 400)):
        assert ask("POST", path, b"on: 2023-06-14").status == status


def test_the_description_describes(ask: Callable[..., Reply]) -> None:
    told = ask("GET", "/api/openapi.json").json
    assert told["openapi"] == "3.1.0"
    assert set(told["paths"]) == {*POSTS, *GETS}
    for path, methods in told["paths"].items():
        assert set(methods) == {"get" if path in GETS else "post"}
    text = json.dumps(told)
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert name in told["components"]["schemas"]
    assert "#/$defs" not in text
    whole = {"$ref": "#/components/schemas/assessment", "components": told["components"]}
    jsonschema.Draft202012Validator(whole).validate(ask("POST", "/api/assess", CASE).json)
    refused = {"$ref": "#/components/schemas/Error", "components": told["components"]}
    jsonschema.Draft202012Validator(refused).validate(ask("POST", "/api/assess", b"{").json)


def test_a_fault_of_ours_shows_nothing_of_the_case(
    ask: Callable[..., Reply], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("Jane Roe")

    monkeypatch.setattr("seajuris.api.assess", fail)
    reply = ask("POST", "/api/assess", CASE)
    assert reply.status == 500
    assert b"Jane Roe" not in reply.body
    assert "Jane Roe" not in capfd.readouterr().err


# --- On the wire --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def port(engine: Engine) -> Iterator[int]:
    """A real server; this process may connect to it, and to nothing else."""
    server, address = server_run.start(engine, token=TOKEN)
    port = int(server.effective_port)
    assert address == f"http://127.0.0.1:{port}/#token={TOKEN}"
    assert server.effective_host == "127.0.0.1"
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def connect(self: socket.socket, to: Any) -> Any:
        allowed = to == ("127.0.0.1", port)
        return conftest._connect(self, to) if allowed else conftest._refuse(self, to)

    before = socket.socket.connect
    socket.socket.connect = connect  # type: ignore[method-assign,assignment]
    try:
        yield port
    finally:
        socket.socket.connect = before  # type: ignore[method-assign]
        server_run.stop(server)
        thread.join(timeout=10)
        assert not thread.is_alive()


def send(port: int, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        raw = None if body is None else json.dumps(body)
        connection.request(method, path, raw, {TOKEN_HEADER: TOKEN, "Content-Type": "application/json"} | headers)
        response = connection.getresponse()
        return checked(Reply(response.status, dict(response.getheaders()), response.read()), head=method == "HEAD")
    finally:
        connection.close()


def raw(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_it_listens_on_the_loopback_interface_only(port: int) -> None:
    with socket.socket() as other:
        # Another loopback address of the same machine is free: the server did not take all.
        other.bind(("127.0.0.2", port))


def test_over_the_wire(port: int) -> None:
    assert send(port, "POST", "/api/assess", CASE).status == 200
    assert send(port, "GET", "/").status == 200
    assert send(port, "HEAD", "/").status == 405
    assert send(port, "GET", "/", Host="evil.example").status == 421
    assert send(port, "POST", "/api/case", CASE, Origin="http://evil.example").status == 403
    assert "Server" not in send(port, "GET", "/").headers


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n bad\r\n\r\n",
        b"POST /api/case HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /api/case HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"POST /api/case HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        b"POST /api/case HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_in_the_same_form(port: int, sent: bytes) -> None:
    answer = raw(port, sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] (4\d\d|501) ", head)
    assert b"Content-Security-Policy: default-src 'none'" in head
    assert json.loads(body)["error"]["code"].startswith("HTTP-")


def test_endless_headers_end_the_connection(port: int) -> None:
    try:
        answer = raw(port, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000)
    except OSError:
        # It was closed while this side still wrote.
        answer = b""
    assert answer == b"" or re.match(rb"HTTP/1\.[01] 4\d\d ", answer)
    assert send(port, "GET", "/").status == 200


def test_a_client_that_says_nothing_does_not_hold_up_others(port: int) -> None:
    idle = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(30)]
    try:
        for line in idle:
            line.sendall(b"POST /api/assess HTTP/1.1\r\nContent-Length: 100\r\n")
        assert send(port, "POST", "/api/case", CASE).status == 200
    finally:
        for line in idle:
            line.close()


def test_50_at_once(port: int) -> None:
    flags = ["EGY", "ITA", "GRC", "TUN", "stateless"]
    with ThreadPoolExecutor(50) as pool:
        replies = list(
            pool.map(lambda i: send(port, "POST", "/api/assess", {"vessel": {"flag": flags[i % 5]}}), range(50))
        )
    assert {r.status for r in replies} == {200}
    # Nobody gets the answer of somebody else, and the same question gets the same answer.
    for i, flag in enumerate(flags):
        assert len({r.body for r in replies[i::5]}) == 1
        assert replies[i].json["case"]["vessel"]["flag"] == ("none" if flag == "stateless" else flag)


# --- Attacks on the wire ------------------------------------------------------------------------------------------


def ask_raw(port: int, head: str, body: bytes = b"", *, host: str | None = None, token: bool = True) -> bytes:
    """Send a request as it is written, with the right Host and token unless told otherwise."""
    lines = [head, f"Host: {f'127.0.0.1:{port}' if host is None else host}", "Connection: close"]
    lines += [f"{TOKEN_HEADER}: {TOKEN}"] if token else []
    return raw(port, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def status(answer: bytes) -> int:
    return int(re.match(rb"HTTP/1\.[01] (\d\d\d) ", answer)[1])  # type: ignore[index]


WHOLE = json.dumps(CASE).encode()
POSTED = "POST /api/case HTTP/1.1\r\nContent-Type: application/json"


def test_addresses_for_proxies_are_refused(port: int) -> None:
    """The host within such an address would count, and not the header that is checked."""
    assert status(ask_raw(port, "GET / HTTP/1.1")) == 200
    for target in (f"http://127.0.0.1:{port}/", f"http://evil.example:{port}/", "evil.example:80", "*", "http:///"):
        assert status(ask_raw(port, f"GET {target} HTTP/1.1")) in (400, 404), target
    assert status(ask_raw(port, "CONNECT 127.0.0.1:22 HTTP/1.1")) == 404
    assert status(ask_raw(port, "GET http://[ HTTP/1.1")) == 400
    for target in ("//evil.example/", "/%2e%2e/%2e%2e/etc/passwd", "/..\\..\\x", "/%00", "/%ff", "/;/x", "/page.js%2f"):
        assert status(ask_raw(port, f"GET {target} HTTP/1.1")) == 404, target


@pytest.mark.parametrize("header", ["Host: 127.0.0.1:{port}", "Host: evil.example", "host:"])
def test_a_host_that_stands_twice_is_refused(port: int, header: str) -> None:
    assert status(ask_raw(port, f"GET / HTTP/1.1\r\n{header.format(port=port)}")) == 421


@pytest.mark.parametrize(
    "header",
    [
        f"{TOKEN_HEADER}: {TOKEN}",
        "Origin: http://evil.example\r\nOrigin: http://127.0.0.1:{port}",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site",
        "Content-Type: text/plain",
    ],
)
def test_other_headers_that_stand_twice_are_refused(port: int, header: str) -> None:
    head = f"{POSTED}\r\nContent-Length: {len(WHOLE)}"
    assert status(ask_raw(port, head, WHOLE)) == 200
    assert status(ask_raw(port, f"{head}\r\n{header.format(port=port)}", WHOLE)) in (401, 403, 415)


@pytest.mark.parametrize(
    "lengths",
    [
        f"Content-Length: {len(WHOLE)}\r\nContent-Length: {len(WHOLE)}",
        "Content-Length: 5\r\nContent-Length: 6",
        f"Content-Length: +{len(WHOLE)}",
        "Content-Length: \u00b2",
        "Content-Length: " + "9" * 5000,
        "Content-Length: 0x10",
        f"Content-Length: {len(WHOLE)}\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: \x0bchunked",
    ],
)
def test_a_length_that_can_be_read_in_two_ways_is_refused(port: int, lengths: str) -> None:
    assert status(ask_raw(port, f"{POSTED}\r\n{lengths}", WHOLE)) in (400, 413, 501)


def test_a_body_in_chunks(port: int) -> None:
    def chunked(size: int) -> bytes:
        cut = WHOLE + b" " * size
        return b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (cut[:20], cut[20:])) + b"0\r\n\r\n"

    head = f"{POSTED}\r\nTransfer-Encoding: chunked"
    assert status(ask_raw(port, head, chunked(0))) == 200
    assert status(ask_raw(port, head, chunked(MAX_BODY))) == 413
    # Each would be a proper request if one of the two lengths were not there.
    assert status(ask_raw(port, f"{head}\r\nContent-Length: {len(chunked(0))}", chunked(0))) == 400
    old = head.replace("HTTP/1.1", "HTTP/1.0")
    assert status(ask_raw(port, f"{old}\r\nContent-Length: {len(WHOLE)}", WHOLE)) == 400
    assert status(ask_raw(port, f"{POSTED}\r\nContent-Length: {len(WHOLE)}".replace("1.1", "1.0"), WHOLE)) == 200


def test_old_and_unknown_versions_of_http(port: int) -> None:
    assert status(ask_raw(port, "GET / HTTP/1.0")) == 200
    assert status(raw(port, b"GET / HTTP/1.0\r\n\r\n")) == 421
    assert status(raw(port, b"GET /\r\n\r\n")) == 421
    assert status(ask_raw(port, "GET / HTTP/9.9", host="evil.example")) == 421
    assert status(raw(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) in (400, 404, 421)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "PROPFIND"])
def test_other_methods_say_nothing_back(port: int, method: str) -> None:
    """No answer to a preflight, no echo of what was sent."""
    head = f"{method} /api/case HTTP/1.1\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST"
    answer = ask_raw(port, head, token=False)
    assert status(answer) == 403
    assert b"evil.example" not in answer
    assert b"access-control" not in answer.lower()
    answer = ask_raw(port, f"{method} /api/case HTTP/1.1\r\nX-Secret: in-the-headers")
    assert status(answer) == 405
    assert b"in-the-headers" not in answer
    assert TOKEN.encode() not in answer


def test_headers_that_are_no_ascii(port: int) -> None:
    for header in ("Origin: http://\u00e9", "X-Other: \xff\xfe", "Content-Type: \u00e4"):
        answer = ask_raw(port, f"GET / HTTP/1.1\r\n{header}")
        assert status(answer) in (200, 403)
        answer.partition(b"\r\n\r\n")[0].decode("ascii")
    assert status(ask_raw(port, "GET /api/vocabulary HTTP/1.1\r\nX-Seajuris-T\xf6ken: x", token=False)) in (400, 401)
    # What an underscore makes of a name is the same variable to a program; waitress drops such headers.
    spoofed = f"GET /api/vocabulary HTTP/1.1\r\nX_Seajuris_Token: {TOKEN}"
    assert status(ask_raw(port, spoofed, token=False)) == 401


def test_a_body_nested_without_end_is_refused(port: int) -> None:
    for body in (b"[" * 200_000, b'{"a":' * 40_000, b"[" * 100_000 + b"]" * 100_000):
        assert send_raw_case(port, body, "application/json") == 400
        assert send_raw_case(port, body, "application/yaml") == 400


def send_raw_case(port: int, body: bytes, kind: str) -> int:
    head = f"POST /api/case HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
    return status(ask_raw(port, head, body))


def test_nothing_is_logged(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    ask_raw(port, f"GET /api/vocabulary?token={TOKEN} HTTP/1.1\r\nReferer: http://x/#token={TOKEN}")
    raw(port, f"GET /{TOKEN} HTTP/1.1\r\nContent-Length: {TOKEN}\r\n\r\n".encode())
    ask_raw(port, f"{POSTED}\r\nContent-Length: 99", b"cut off")
    assert capfd.readouterr() == ("", "")


def test_the_token_is_not_taken_from_the_address(ask: Callable[..., Reply]) -> None:
    for target in (f"/api/vocabulary?token={TOKEN}", f"/api/vocabulary?{TOKEN_HEADER}={TOKEN}"):
        assert ask("GET", target, HTTP_X_SEAJURIS_TOKEN=None, HTTP_COOKIE=f"token={TOKEN}").status == 401


class Large:
    """Answers with more than waitress would keep in memory by itself."""

    def answer(self, *_: Any) -> Answer:
        return Answer(b"x" * 5_000_000, "application/json")


def test_drops_and_readers_that_dawdle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request has half a minute to come in whole (here a second), however it drips; no answer gets on a disk."""

    files: list[io.BytesIO] = []

    def newfile(_: object) -> io.BytesIO:
        files.append(io.BytesIO())
        return files[-1]

    # An exception would be lost in a thread of the server.
    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.newfile", newfile)
    server, _ = server_run.start(Large(), token=TOKEN, idle_s=1)
    port = int(server.effective_port)
    monkeypatch.setattr(socket.socket, "connect", conftest._connect)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            began = time.monotonic()
            with contextlib.suppress(OSError):
                for letter in b"GET / HTTP/1.1\r\nX: " + b"y" * 300:
                    line.sendall(bytes([letter]))
                    time.sleep(0.1)
            assert time.monotonic() - began < 20
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(
                f"GET /api/vocabulary HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{TOKEN_HEADER}: {TOKEN}\r\n\r\n".encode()
            )
            time.sleep(0.3)
            received = 0
            while received < 5_000_000 and (part := line.recv(2**20)):
                received += len(part)
            assert received >= 5_000_000
        assert files == []
    finally:
        server_run.stop(server)
        thread.join(timeout=10)


# --- The command --------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_a_clear_error(port: int, run: Run) -> None:
    answer = run("serve", "--no-browser", "--port", str(port))
    assert answer.code == 2
    assert f"port {port} cannot be used" in answer.err
    assert "Traceback" not in answer.err


def test_a_missing_library_is_a_clear_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("waitress.channel", "waitress.server", "waitress.task"):
        monkeypatch.setitem(sys.modules, name, None)
    answer = run("serve", "--no-browser")
    assert answer.code == 2
    assert 'pip install "seajuris[serve]"' in answer.err


def test_it_stops_when_told_to() -> None:
    command = [sys.executable, "-c", "from seajuris.cli import main; main()", "serve", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=[\w-]{43}\n", process.stdout.readline())
        process.terminate()
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "stopped" in err
    assert "Traceback" not in err


def test_other_commands_load_nothing_of_it() -> None:
    code = (
        "import sys; sys.argv = ['seajuris', 'assess', '--on', '2023-06-14', '--flag', 'EGY'];"
        "from seajuris.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "assert not [m for m in sys.modules if m.startswith(('waitress', 'seajuris.server', 'http.server'))]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=60)


def test_the_errors_are_input_errors() -> None:
    assert issubclass(server_run.ServeError, InputError)
    assert Path(server_run.__file__).parent.joinpath("static", "index.html").is_file()
