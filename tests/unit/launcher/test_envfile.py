"""Env files: what is written is read back alike, by this program and by a shell."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher import envfile

PRINTABLE = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=40
)
NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,15}", fullmatch=True)


@given(st.dictionaries(NAMES, PRINTABLE, max_size=6))
def test_rendered_variables_are_read_back(variables: dict[str, str]) -> None:
    assert envfile.parse_env(envfile.render_env(variables)) == variables


def test_shell_reads_the_same_values(tmp_path) -> None:
    path = tmp_path / "env"
    envfile.write_private(path, envfile.render_env({"A": 'it\'s $HOME `x` "q"', "B": ""}))

    said = subprocess.run(
        ["sh", "-c", f'. {path}; printf "%s|%s" "$A" "$B"'], capture_output=True, text=True, check=True
    ).stdout

    assert said == 'it\'s $HOME `x` "q"|'


def test_comments_blank_lines_and_export_are_understood() -> None:
    text = "# note\n\n  export A=1\nB='two words'\n"

    assert envfile.parse_env(text) == {"A": "1", "B": "two words"}


@pytest.mark.parametrize("line", ["no separator", "1A=x", "=x", "A='open"])
def test_malformed_line_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        envfile.parse_env(f"OK=1\n{line}\n")


def test_missing_and_damaged_files_hold_nothing(tmp_path) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"\xff\xfe A=1")

    assert envfile.read_env(tmp_path / "missing") == {}
    assert envfile.read_env(damaged) == {}


def test_private_file_is_replaced_whole_and_readable_by_the_owner_alone(tmp_path) -> None:
    path = tmp_path / "secrets"
    path.write_text("old and longer than the new text")
    path.chmod(0o644)

    envfile.write_private(path, "new")

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secrets"]
