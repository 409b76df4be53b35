"""What every source file keeps to and no linter checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = ("flux_site", "grid", "cascade", "agent")
PACKAGES = (*APPLICATION, "tools")
SKIPPED = {
    ".git",
    ".flux",
    ".venv",
    "node_modules",
    "dist",
    "coverage",
    "__pycache__",
    "test-results",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}
TEXT_SUFFIXES = {
    ".py", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".md", ".toml", ".yaml", ".yml", ".json", ".txt",
    ".sh", ".graphql", ".sql", "",
}  # fmt: skip
GENERATED = {"package-lock.json", "constraints.txt", "schema.graphql", "graphql-env.d.ts", "LICENSE"}

# Put together here, so that this file does not contain what it looks for.
UNFINISHED_WORDS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
FOREIGN_WORDS = (
    "lorem " + "ipsum",
    "cla" + "ude",
    "chat" + "gpt",
    "co" + "pilot",
    "/wo" + "rk/",
    "demo " + "number",
)
UNFINISHED = re.compile("|".join(rf"\b{word}\b" for word in UNFINISHED_WORDS))
FOREIGN = re.compile("|".join(FOREIGN_WORDS), re.IGNORECASE)
MOST_LINES = 450
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core"}
ENVIRONMENT_READER = "flux_site/settings/environment.py"
RUN_BY_THE_PROJECTS_PYTHON = "manage_session.py"
TEST_SETTINGS = "flux_site/settings/test.py"
SETTINGS_CHOOSERS = {"manage.py", "flux_site/asgi.py", "flux_site/wsgi.py", "flux_site/celery.py"}


def walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in SKIPPED:
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from walk(entry)
        elif entry.is_file():
            yield entry


def text_files() -> list[Path]:
    return [path for path in walk(ROOT) if path.suffix in TEXT_SUFFIXES and path.name not in GENERATED]


def python_files() -> list[Path]:
    folders = [ROOT / name for name in (*PACKAGES, "benchmarks", "tests") if (ROOT / name).is_dir()]
    files = [path for folder in folders for path in walk(folder) if path.suffix == ".py"]
    return [path for path in files if "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("pattern", [UNFINISHED, FOREIGN], ids=["unfinished", "foreign"])
def test_no_file_contains_words_that_do_not_belong(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]

    assert found == []


def test_word_patterns_find_what_they_are_for() -> None:
    assert UNFINISHED.search("# TO" + "DO: later")
    assert not UNFINISHED.search("method FIXMENOT")
    assert FOREIGN.search("see /wo" + "rk/main")
    assert not FOREIGN.search("network/main")


def test_no_module_is_named_for_nothing_in_particular() -> None:
    found = [
        name_of(path)
        for path in python_files()
        if path.stem in VAGUE_NAMES or VAGUE_NAMES.intersection(path.relative_to(ROOT).parts[:-1])
    ]

    assert found == []


def test_every_source_file_is_about_one_subject_at_most() -> None:
    sources = [
        path
        for path in text_files()
        if path.suffix in {".py", ".ts", ".tsx"} and "migrations" not in path.parts
    ]
    long = {name_of(path): count_lines(path) for path in sources if count_lines(path) > MOST_LINES}

    assert long == {}


def count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_only_the_settings_read_the_environment() -> None:
    allowed = {ENVIRONMENT_READER, TEST_SETTINGS, *SETTINGS_CHOOSERS}
    files = [path for path in python_files() if name_of(path).split("/")[0] in APPLICATION]
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in files
        if name_of(path) not in allowed
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    ]

    assert files
    assert found == []


def test_schema_modules_keep_their_annotations_for_run_time() -> None:
    found = [
        name_of(path)
        for path in python_files()
        if ("schema" in path.relative_to(ROOT).parts or path.stem == "schema")
        and path.relative_to(ROOT).parts[0] in APPLICATION
        and "from __future__ import annotations" in path.read_text(encoding="utf-8")
    ]

    assert found == []


def test_launcher_needs_the_standard_library_alone() -> None:
    import sys

    allowed = {*sys.stdlib_module_names, "launcher"}
    found = []
    for path in walk(ROOT / "tools"):
        if path.suffix != ".py" or path.name == RUN_BY_THE_PROJECTS_PYTHON:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [f"{name_of(path)}: {name}" for name in names if name.split(".")[0] not in allowed]

    assert found == []
