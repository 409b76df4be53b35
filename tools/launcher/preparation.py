"""What must be true before the programs start: tables, login, data, cache. Verified cheaply, redone if not.

Starting Django costs seconds. So each step keeps a stamp of everything its result depends on, and is skipped
only if that is unchanged *and* the database and the warehouse are still the ones it was done for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher import envfile
from launcher.application import Application
from launcher.layout import Layout
from launcher.problem import Problem
from launcher.services import Services
from launcher.stamps import Stamp, fingerprint

SCALES = ("demo", "city", "metro")
DEFAULT_SCALE = "demo"
DEFAULT_AMI_DAYS = 14
DEFAULT_HISTORY_YEARS = 5
DEFAULT_INTERCONNECT = "Texas"
APPLIED_MIGRATIONS = (
    "SELECT coalesce(md5(string_agg(app || '.' || name, ',' ORDER BY app, name)), '') FROM django_migrations;"
)
# These name the services, not the data.
NOT_ABOUT_DATA = {
    "FLUX_DATABASE_URL",
    "FLUX_IMPORT_FOLDER",
    "FLUX_IMPORT_MAX_MB",
    "FLUX_LAUNCH_ID",
    "FLUX_REDIS_URL",
    "FLUX_SECRET_KEY",
}


@dataclass(frozen=True)
class DataChoice:
    """Which data the warehouse is to hold."""

    scale: str = DEFAULT_SCALE
    interconnect: str = DEFAULT_INTERCONNECT
    ami_days: int = DEFAULT_AMI_DAYS
    raw_days: int = 0
    history_years: int = DEFAULT_HISTORY_YEARS

    @property
    def title(self) -> str:
        days = "" if self.ami_days == DEFAULT_AMI_DAYS else f", {self.ami_days} days"
        raw = f", {self.raw_days} as received" if self.raw_days else ""
        past = (
            ""
            if self.history_years == DEFAULT_HISTORY_YEARS
            else f", a past of {self.history_years} {'year' if self.history_years == 1 else 'years'}"
        )
        return f"{self.scale} scale, {self.interconnect}{days}{raw}{past}"


def choose_data(
    layout: Layout,
    environment: Mapping[str, str],
    *,
    scale: str | None = None,
    ami_days: int | None = None,
    raw_days: int | None = None,
    history_years: int | None = None,
) -> DataChoice:
    """Return what was asked for, else what was loaded last, else the demo.

    Raises:
        Problem: if there is no such scale.
    """
    last = envfile.read_env(choice_file(layout))
    chosen = scale or environment.get("FLUX_SCALE") or last.get("SCALE") or DEFAULT_SCALE
    if chosen not in SCALES:
        raise Problem(
            f"there is no scale {chosen!r}.",
            remedy=f"choose one of {', '.join(SCALES)}: make load SCALE=city",
        )
    interconnect = environment.get("FLUX_INTERCONNECT") or last.get("INTERCONNECT") or DEFAULT_INTERCONNECT
    if scale is None and chosen == last.get("SCALE"):  # what was loaded last, with its days
        ami_days, raw_days = int(last.get("AMI_DAYS") or DEFAULT_AMI_DAYS), int(last.get("RAW_DAYS") or 0)
        history_years = int(last.get("HISTORY_YEARS") or DEFAULT_HISTORY_YEARS)
    return DataChoice(
        scale=chosen,
        interconnect=interconnect,
        ami_days=DEFAULT_AMI_DAYS if ami_days is None else ami_days,
        raw_days=0 if raw_days is None else raw_days,
        history_years=DEFAULT_HISTORY_YEARS if history_years is None else history_years,
    )


def choice_file(layout: Layout) -> Path:
    """Return the file that remembers the data loaded last."""
    return layout.folder / "data"


class Preparation:
    """The steps between running services and running programs."""

    def __init__(
        self, layout: Layout, services: Services, application: Application, choice: DataChoice
    ) -> None:
        self.layout = layout
        self.services = services
        self.application = application
        self.choice = choice
        self.must_sync = False

    def migrate(self) -> str:
        """Bring the tables up to date, unless every migration there is was applied to this database."""
        stamp = self._stamp("migrations")
        if stamp.matches(self._migration_fingerprint()):
            return "up to date"
        self.application.migrate()
        stamp.write(self._migration_fingerprint())
        return "migrated"

    def create_login(self) -> str | None:
        """Create the administrator once; return the password if it is new."""
        return self.application.create_login(database=self.services.postgres.identity())

    def load(self, *, must_check: bool = False, is_shown: bool = False) -> str:
        """Have the warehouse hold the chosen data, unless it was loaded and synced and is still there.

        Args:
            must_check: look into the warehouse even if it was loaded.
            is_shown: show the progress on the terminal.
        """
        stamp = self._stamp("data")
        if not must_check and stamp.matches(self._data_fingerprint()):
            return "up to date"
        self.must_sync = True
        stamp.forget()
        chosen = {
            "SCALE": self.choice.scale,
            "INTERCONNECT": self.choice.interconnect,
            "AMI_DAYS": str(self.choice.ami_days),
            "RAW_DAYS": str(self.choice.raw_days),
            "HISTORY_YEARS": str(self.choice.history_years),
        }
        envfile.write_private(choice_file(self.layout), envfile.render_env(chosen))
        self.application.load(
            scale=self.choice.scale,
            interconnect=self.choice.interconnect,
            ami_days=self.choice.ami_days,
            raw_days=self.choice.raw_days,
            history_years=self.choice.history_years,
            is_shown=is_shown,
        )
        return "loaded"

    def sync(self) -> str:
        """Bring what was loaded into PostGIS, and queue what is computed from it.

        Without a load the scheduler keeps both fresh.
        """
        if not self.must_sync:
            return "kept fresh by the scheduler"
        synced = self._stamp("synced")
        is_other_data = synced.is_written() and not synced.matches(self._generated())
        self.application.sync(may_delete_most=is_other_data)
        self.application.begin_first_figures()
        synced.write(self._generated())
        self._stamp("data").write(self._data_fingerprint())
        return "synced"

    def _stamp(self, name: str) -> Stamp:
        return Stamp(self.layout.folder / "stamps", name)

    def _migration_fingerprint(self) -> str:
        root = self.layout.root
        sources = [
            *sorted(root.glob("[!.]*/**/migrations/*.py")),
            *sorted((root / "flux_site" / "settings").glob("*.py")),
            root / "requirements" / "constraints.txt",
        ]
        try:
            applied = self.services.postgres.sql(APPLIED_MIGRATIONS).strip()
        except Problem:  # the table is not there yet
            applied = ""
        return fingerprint(sources, extra=[self.services.postgres.identity(), applied])

    def _generated(self) -> str:
        """Return what tells data apart that have little in common: the choice, and what generates them."""
        return fingerprint([self.layout.root / "grid" / "forge"], extra=[self.choice.title])

    def _data_fingerprint(self) -> str:
        environment = self.application.environment
        settings = [
            f"{name}={value}"
            for name, value in sorted(environment.items())
            if name.startswith("FLUX_") and name not in NOT_ABOUT_DATA
        ]
        sources = [self.layout.root / "grid" / name for name in ("forge", "warehouse/tables", "layers")]
        extra = [self.choice.title, self.services.postgres.identity(), self._warehouse_identity(), *settings]
        return fingerprint(sources, extra=extra)

    def _warehouse_identity(self) -> str:
        """Return what tells this warehouse from one made anew; a foreign one is never taken on trust."""
        if self.application.environment.get("FLUX_WAREHOUSE_URL") != f"embedded://{self.layout.warehouse}":
            return os.urandom(8).hex()
        try:
            if not any(self.layout.warehouse.iterdir()):
                return "empty"
            return str(self.layout.warehouse.stat().st_ino)
        except OSError:
            return "absent"
