"""The PostgreSQL of the system: its programs, the account it needs, and where its data can live."""

from __future__ import annotations

import os
import pwd
from hashlib import sha256
from pathlib import Path

from launcher.problem import Problem
from launcher.processes import Account, capture

OLDEST_VERSION = 15
INSTALL_ROOT = Path("/usr/lib/postgresql")
UNREACHABLE_HOME = Path("/var/lib/flux-operations-center")


def server_account() -> Account | None:
    """Return the account the server must run under: PostgreSQL refuses root, anyone else is fine."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError as error:
        raise Problem(
            "the system account 'postgres' is missing, and PostgreSQL refuses to run as root.",
            remedy="reinstall the package postgresql-15, or run make as an ordinary user.",
        ) from error
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def data_folder(profile_folder: Path, account: Account | None) -> Path:
    """Return the data folder, moved out of the checkout where the server's account cannot reach it.

    A checkout under ``/root`` (mode 0700) is the usual case: PostgreSQL, which refuses root, could not
    enter its own data folder.
    """
    inside = profile_folder / "pg"
    if account is None:
        return inside
    probe = capture(["test", "-x", profile_folder], account=account)
    if probe.returncode == 0:
        return inside
    key = sha256(str(profile_folder).encode()).hexdigest()[:12]
    return UNREACHABLE_HOME / key / "pg"


def binaries(data: Path) -> Path:
    """Return the folder of the server's programs that fit the data folder, or the newest installed.

    Raises:
        Problem: if no PostgreSQL with PostGIS is installed, or not the version which made the data.
    """
    installed = {
        int(folder.name): folder / "bin"
        for folder in INSTALL_ROOT.glob("[0-9]*")
        if folder.name.isdigit()
        and (folder / "bin" / "initdb").exists()
        and Path(f"/usr/share/postgresql/{folder.name}/extension/postgis.control").exists()
    }
    made_by = data / "PG_VERSION"
    if made_by.exists():
        version = int(made_by.read_text().strip())
        if version in installed:
            return installed[version]
        raise Problem(
            f"the data in {data} was made by PostgreSQL {version}, which is not installed with PostGIS.",
            remedy=f"install postgresql-{version}-postgis-3, or start afresh with 'make reset'.",
        )
    usable = [version for version in installed if version >= OLDEST_VERSION]
    if not usable:
        raise Problem(
            f"PostgreSQL {OLDEST_VERSION} with PostGIS is not installed.",
            remedy="run 'make install', or apt-get install postgresql-15 postgresql-15-postgis-3.",
        )
    return installed[max(usable)]
