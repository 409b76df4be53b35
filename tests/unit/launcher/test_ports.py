"""Ports: a free one is found, a taken one is told with its holder, nonsense is refused."""

import os
import socket
from collections.abc import Iterator

import pytest

from launcher import ports
from launcher.problem import Problem
from launcher.run_command import Address, choose_address


@pytest.fixture
def held_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def test_listening_port_is_not_free(held_port: int) -> None:
    assert not ports.is_free(held_port)


def test_first_free_port_is_chosen() -> None:
    busy = {8000, 8001, 8003}

    assert ports.choose_port(8000, free=lambda port: port not in busy) == 8002
    assert ports.choose_port(8000, taken={8002}, free=lambda port: port not in busy) == 8004


def test_no_free_port_is_a_problem_and_the_search_ends() -> None:
    tried: list[int] = []

    with pytest.raises(Problem, match="no free port between 65530 and 65535"):
        ports.choose_port(65_530, free=lambda port: bool(tried.append(port)))

    assert tried == list(range(65_530, 65_536))


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "8000.5", "http", "８０００", " 80"])
def test_port_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(Problem, match="FLUX_PORT"):
        ports.parse_port(text, name="FLUX_PORT")


def test_port_given_by_a_person_is_read() -> None:
    assert ports.parse_port("65535", name="FLUX_PORT") == 65_535


def test_holder_of_a_port_is_named(held_port: int) -> None:
    assert f"(pid {os.getpid()})" in ports.describe_holder(held_port)


def test_holder_that_cannot_be_seen_is_another_program(tmp_path) -> None:
    assert ports.describe_holder(8000, proc=tmp_path) == "another program"


def test_only_listening_sockets_of_the_port_count() -> None:
    table = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0   0 111 1
   1: 0100007F:1F40 0100007F:C350 01 00000000:00000000 00:00000000 00000000  0   0 222 1
   2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0   0 333 1
"""

    assert ports.listening_inodes(table, 8000) == {"111"}


def test_port_asked_for_and_taken_is_a_problem_naming_the_holder(held_port: int) -> None:
    with pytest.raises(Problem, match=rf"port {held_port} is taken by .*pid {os.getpid()}"):
        choose_address({"FLUX_PORT": str(held_port)})


def test_taken_default_port_gives_another_one_and_says_so(
    held_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.run_command.DEFAULT_PORT", held_port)

    address = choose_address({})

    assert address.port > held_port
    assert f"port {held_port} is taken by" in address.note
    assert str(address.port) in address.note


@pytest.mark.parametrize(
    ("host", "shown", "probed"),
    [
        ("127.0.0.1", "http://localhost:8000", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000", "http://127.0.0.1:8000"),
        ("10.1.2.3", "http://10.1.2.3:8000", "http://10.1.2.3:8000"),
    ],
)
def test_address_shown_to_people_can_be_opened(host: str, shown: str, probed: str) -> None:
    address = Address(host, 8000)

    assert (address.url, address.probe_url) == (shown, probed)
