"""The Debian packages Flux needs: PostgreSQL with PostGIS, Redis, and Chromium for the browser tests."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from launcher.layout import Layout
from launcher.postgres_install import INSTALL_ROOT, OLDEST_VERSION
from launcher.problem import Problem
from launcher.processes import capture, run_logged

APT_OPTIONS = ("-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")
APT_ENVIRONMENT = ("env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C.UTF-8")


def missing_packages(*, with_browser: bool) -> list[str]:
    """Return the Debian packages to install, judged by what is there and not by what dpkg lists."""
    missing = []
    if not has_postgis():
        missing.append(postgis_package())
    if shutil.which("redis-server", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") is None:
        missing.append("redis-server")
    if not has_venv_module():
        missing.append(f"python3.{sys.version_info.minor}-venv")
    if with_browser and chromium_path() is None:
        missing.append("chromium")
    return missing


def has_venv_module() -> bool:
    """Return whether virtual environments can be made; Debian packages that part of Python apart."""
    return capture([sys.executable, "-c", "import ensurepip, venv"]).returncode == 0


def has_postgis() -> bool:
    """Return whether some PostgreSQL that is new enough has PostGIS."""
    return any(
        (INSTALL_ROOT / control.parts[-3] / "bin" / "initdb").exists()
        for control in Path("/usr/share/postgresql").glob("[0-9]*/extension/postgis.control")
        if control.parts[-3].isdigit() and int(control.parts[-3]) >= OLDEST_VERSION
    )


def postgis_package() -> str:
    """Return the package of the newest PostgreSQL with PostGIS that this system offers.

    It depends on its server and on the GDAL, GEOS and PROJ libraries which GeoDjango loads.
    """
    listed = capture(["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"]).stdout
    return newest_postgis_package(listed) or f"postgresql-{OLDEST_VERSION}-postgis-3"


def newest_postgis_package(listed: str) -> str | None:
    """Return the newest usable package named in the output of ``apt-cache search``, or None."""
    versions = [int(found) for found in re.findall(r"^postgresql-(\d+)-postgis-3\b", listed, re.MULTILINE)]
    usable = [version for version in versions if version >= OLDEST_VERSION]
    return f"postgresql-{max(usable)}-postgis-3" if usable else None


def chromium_path() -> str | None:
    """Return the Chromium of the system, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def install_packages(layout: Layout, *, with_browser: bool) -> str:
    """Install the Debian packages that are missing.

    Raises:
        Problem: if the account may not, or apt fails, with its last words.
    """
    missing = missing_packages(with_browser=with_browser)
    if not missing:
        return "all there"
    prefix = _root_prefix(missing)
    log = layout.state / "logs" / "packages.log"
    remedy = "check the network and the package sources of this machine."
    if capture(["dpkg", "--audit"]).stdout.strip():
        run_logged(
            [*prefix, "dpkg", "--configure", "-a"],
            log=log,
            what="an earlier, interrupted installation of Debian packages could not be completed",
            remedy="run 'dpkg --configure -a' as root and read what it says.",
        )
    run_logged(
        [*prefix, "apt-get", *APT_OPTIONS, "update"],
        log=log,
        what="the lists of Debian packages could not be fetched",
        remedy=remedy,
    )
    if not has_postgis():
        missing[0] = postgis_package()  # the lists just fetched may know another one
    run_logged(
        [*prefix, "apt-get", *APT_OPTIONS, "install", "-y", "--no-install-recommends", *missing],
        log=log,
        what=f"Debian packages could not be installed: {', '.join(missing)}",
        remedy=remedy,
    )
    left = missing_packages(with_browser=with_browser)
    if left:
        raise Problem(
            f"after installing, these are still not usable: {', '.join(left)}.", remedy=f"read {log}."
        )
    return f"installed {', '.join(missing)}"


def _root_prefix(missing: list[str]) -> list[str]:
    if os.geteuid() == 0:
        return list(APT_ENVIRONMENT)
    if shutil.which("sudo") is None:
        raise Problem(
            f"Debian packages are missing ({', '.join(missing)}); this account is not root and has no sudo.",
            remedy=f"as root: apt-get install --no-install-recommends {' '.join(missing)}",
        )
    return ["sudo", *APT_ENVIRONMENT]
