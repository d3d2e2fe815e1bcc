"""The guards of conftest.py themselves."""

from __future__ import annotations

import os
import socket

import pytest


def test_the_network_is_out_of_reach() -> None:
    for method in ("connect", "connect_ex"):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line, pytest.raises(RuntimeError, match="network"):
            getattr(line, method)(("127.0.0.1", 9))


def test_a_local_socket_still_works() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"x")
        assert there.recv(1) == b"x"


def test_the_environment_is_fixed() -> None:
    assert os.environ["NO_COLOR"] == "1"
    assert [name for name in os.environ if name.startswith("SEAJURIS_")] == ["SEAJURIS_CACHE"]
