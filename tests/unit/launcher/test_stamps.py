"""Stamps: work is repeated when an input changed, and only then."""

from pathlib import Path

import pytest

from launcher.stamps import Stamp, fingerprint


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "inner" / "b.txt").write_text("b")
    return folder


def change_content(folder: Path) -> None:
    (folder / "a.txt").write_text("changed")


def add_file(folder: Path) -> None:
    (folder / "inner" / "c.txt").write_text("")


def remove_file(folder: Path) -> None:
    (folder / "a.txt").unlink()


def rename_file(folder: Path) -> None:
    (folder / "a.txt").rename(folder / "z.txt")


def swap_contents(folder: Path) -> None:
    (folder / "a.txt").write_text("b")
    (folder / "inner" / "b.txt").write_text("a")


@pytest.mark.parametrize("change", [change_content, add_file, remove_file, rename_file, swap_contents])
def test_fingerprint_follows_every_change(sources: Path, change) -> None:
    before = fingerprint([sources])

    change(sources)

    assert fingerprint([sources]) != before


def test_fingerprint_ignores_times_and_what_is_built_or_installed(sources: Path) -> None:
    before = fingerprint([sources])

    (sources / "a.txt").touch()
    for skipped in ("node_modules", "dist", "__pycache__"):
        (sources / skipped).mkdir()
        (sources / skipped / "x").write_text("x")

    assert fingerprint([sources]) == before


def test_missing_file_differs_from_an_empty_one(tmp_path: Path) -> None:
    missing = fingerprint([tmp_path / "x"])
    (tmp_path / "x").touch()

    assert fingerprint([tmp_path / "x"]) != missing


def test_extra_strings_are_kept_apart() -> None:
    assert fingerprint([], extra=["ab", "c"]) != fingerprint([], extra=["a", "bc"])


def test_stamp_matches_only_what_was_last_written(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "stamps", "python")

    assert not stamp.matches("one")
    stamp.write("one")
    assert stamp.matches("one")
    assert not stamp.matches("two")

    stamp.forget()
    assert not stamp.matches("one")
    stamp.forget()
