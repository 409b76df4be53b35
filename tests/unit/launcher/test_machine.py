"""The machine: systems are told apart, what is missing is named, a full disk is noticed."""

from pathlib import Path
from typing import NamedTuple

import pytest

from launcher import debian_packages, machine
from launcher.layout import Layout
from launcher.problem import Problem

DEBIAN = {"ID": "debian", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)"}


class DiskUsage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("os_release", "expected"),
    [
        (DEBIAN, True),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, True),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, True),
        ({"ID": "fedora"}, False),
        ({"ID": "alpine", "ID_LIKE": ""}, False),
        ({"ID": "notdebian", "ID_LIKE": "rhel fedora"}, False),
        ({}, False),
    ],
)
def test_debian_and_its_relatives_are_recognised(os_release: dict[str, str], expected: bool) -> None:
    assert machine.is_debian_family(os_release) is expected


def test_other_systems_are_named_and_pointed_to_containers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        machine, "read_os_release", lambda: {"ID": "fedora", "PRETTY_NAME": "Fedora Linux 42"}
    )

    with pytest.raises(Problem) as caught:
        machine.check_machine(Layout(tmp_path), is_first_install=True)

    assert "Fedora Linux 42" in caught.value.what
    assert "docker compose up" in caught.value.remedy


@pytest.mark.parametrize(("version", "words"), [(None, "no Node"), ((18, 20, 4), "Node 18 is too old")])
def test_missing_or_old_node_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...] | None, words: str
) -> None:
    monkeypatch.setattr(machine, "read_os_release", lambda: DEBIAN)
    monkeypatch.setattr(machine, "node_version", lambda: version)

    with pytest.raises(Problem, match=words):
        machine.check_machine(Layout(tmp_path), is_first_install=True)


@pytest.mark.parametrize(("is_first_install", "free_gb", "fits"), [(True, 4, False), (False, 4, True)])
def test_room_on_the_disk_is_asked_for_by_what_is_to_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first_install: bool, free_gb: int, fits: bool
) -> None:
    monkeypatch.setattr(machine, "read_os_release", lambda: DEBIAN)
    monkeypatch.setattr(machine, "node_version", lambda: (20, 1, 0))
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: DiskUsage(0, 0, free_gb * machine.GIB))

    if fits:
        note = machine.check_machine(Layout(tmp_path), is_first_install=is_first_install)
        assert "Debian GNU/Linux 12" in note
    else:
        with pytest.raises(Problem, match=r"4\.0 GB free; 5 GB are needed"):
            machine.check_machine(Layout(tmp_path), is_first_install=is_first_install)


@pytest.mark.parametrize(("free_mb", "is_noted"), [(199, True), (201, False)])
def test_full_disk_is_noted(monkeypatch: pytest.MonkeyPatch, free_mb: int, is_noted: bool) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: DiskUsage(0, 0, free_mb * 1024**2))

    assert bool(machine.full_disk_note(Path("/data"))) is is_noted


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("postgresql-15-postgis-3 - Geographic objects\n", "postgresql-15-postgis-3"),
        ("postgresql-16-postgis-3 - x\npostgresql-17-postgis-3 - x\n", "postgresql-17-postgis-3"),
        ("postgresql-9-postgis-3 - x\npostgresql-15-postgis-3-scripts - x\n", "postgresql-15-postgis-3"),
        ("postgresql-13-postgis-3 - too old\n", None),
        ("", None),
    ],
)
def test_newest_usable_postgis_is_chosen(listed: str, expected: str | None) -> None:
    assert debian_packages.newest_postgis_package(listed) == expected


def test_account_without_root_or_sudo_learns_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian_packages, "missing_packages", lambda *, with_browser: ["redis-server"])
    monkeypatch.setattr(debian_packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian_packages.shutil, "which", lambda *_, **__: None)

    with pytest.raises(Problem, match="redis-server") as caught:
        debian_packages.install_packages(Layout(tmp_path), with_browser=False)

    assert caught.value.remedy == "as root: apt-get install --no-install-recommends redis-server"
