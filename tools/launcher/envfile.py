"""Reading and writing ``KEY=value`` files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path


def parse_env(text: str) -> dict[str, str]:
    """Return the variables of an env file.

    Blank lines, ``#`` comments and a leading ``export`` are allowed; values may be shell-quoted.

    Raises:
        ValueError: for a line that is not ``KEY=value``, naming its number.
    """
    variables: dict[str, str] = {}
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        line = line.removeprefix("export ").lstrip()
        key, separator, value = line.partition("=")
        if not separator or not key.isidentifier():
            raise ValueError(f"line {number} is not KEY=value")
        try:
            words = shlex.split(value)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        variables[key] = " ".join(words)
    return variables


def render_env(variables: Mapping[str, str]) -> str:
    """Return an env file which ``parse_env`` and a POSIX shell read alike."""
    return "".join(f"{key}={shlex.quote(value)}\n" for key, value in sorted(variables.items()))


def read_env(path: Path) -> dict[str, str]:
    """Return the variables of ``path``, or none if it is missing or damaged."""
    try:
        return parse_env(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, UnicodeDecodeError):
        return {}


def write_private(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically, readable by its owner alone."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    partial.replace(path)
