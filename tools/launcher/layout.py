"""Where everything of a checkout lives. All state is under ``.flux/`` and ``.venv/``, ignored by git."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Layout:
    """The folders and files of one checkout and one profile (``run`` or ``test``).

    ``state`` is shared by both profiles (stamps, install lock); ``folder`` belongs to the profile.
    """

    root: Path
    profile: str = "run"

    @property
    def state(self) -> Path:
        return self.root / ".flux"

    @property
    def folder(self) -> Path:
        return self.state if self.profile == "run" else self.state / self.profile

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def stamps(self) -> Path:
        return self.state / "stamps"

    @property
    def env_file(self) -> Path:
        return self.folder / "env"

    @property
    def secrets_file(self) -> Path:
        return self.folder / "secrets"

    @property
    def login_file(self) -> Path:
        return self.folder / "login.txt"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def redis(self) -> Path:
        return self.folder / "redis"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def frontend(self) -> Path:
        return self.root / "frontend"

    def prepare(self) -> None:
        """Create the state folders. Traversable by the database's account, secrets inside are 0600."""
        for folder in (self.state, self.folder, self.logs, self.stamps):
            folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            for folder in (self.state, self.folder, self.logs):
                folder.chmod(0o755)
