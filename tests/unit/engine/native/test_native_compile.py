"""Where the machine code of the kernels is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numba
import pytest

from cascade.engine.native import compile as compiling


@pytest.fixture
def nowhere_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the choice to the package, as without NUMBA_CACHE_DIR."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a folder that counts as not writable, whoever runs the test."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    allowed = compiling.os.access
    monkeypatch.setattr(compiling.os, "access", lambda path, mode: path != folder and allowed(path, mode))
    return folder


@pytest.mark.usefixtures("nowhere_named")
def test_the_first_folder_that_can_be_written_to_is_used(tmp_path: Path, read_only: Path) -> None:
    beside = compiling.choose_cache_folder(source_folder=tmp_path, home=None)
    in_home = compiling.choose_cache_folder(source_folder=read_only, home=tmp_path)

    assert beside == tmp_path / "__pycache__"
    assert in_home.is_relative_to(tmp_path)


@pytest.mark.usefixtures("nowhere_named")
def test_a_read_only_install_without_a_home_uses_the_temporary_folder(
    tmp_path: Path, read_only: Path
) -> None:
    for home in (None, read_only, tmp_path / "missing"):
        folder = compiling.choose_cache_folder(source_folder=read_only, home=home)

        assert folder.parent == Path(tempfile.gettempdir())


def test_the_folder_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch, read_only: Path) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", "/somewhere")

    assert compiling.choose_cache_folder(source_folder=read_only, home=None) == Path("/somewhere")


def test_a_change_of_any_source_asks_for_another_folder(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("caller")
    (tmp_path / "b.py").write_text("called")
    before = compiling.sources_digest([tmp_path])
    (tmp_path / "b.py").write_text("changed")

    assert compiling.sources_digest([tmp_path]) != before
    (tmp_path / "b.py").write_text("called")
    assert compiling.sources_digest([tmp_path]) == before
