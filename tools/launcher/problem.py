"""The one exception the launcher shows to people: what is wrong, and what to do."""

from __future__ import annotations


class Problem(Exception):
    """A failure with a plain sentence, an optional remedy and an optional log excerpt."""

    def __init__(self, what: str, *, remedy: str = "", log_tail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.log_tail = log_tail

    def render(self) -> str:
        """Return the text printed to the terminal."""
        parts = []
        if self.log_tail:
            parts.append("\n".join(f"    | {line}" for line in self.log_tail.splitlines()))
        parts.append(f"Problem: {self.what}")
        if self.remedy:
            parts.append(f"What to do: {self.remedy}")
        return "\n".join(parts)
