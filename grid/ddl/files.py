"""All files of the deployment, in the order they are run, and the variables in them."""

from __future__ import annotations

from pathlib import Path

from grid.ddl.access import database_file, grants_file, masking_file
from grid.ddl.assistant import assistant_file
from grid.ddl.jobs import jobs_file
from grid.ddl.network import network_file, service_file
from grid.ddl.overview import overview
from grid.ddl.pipeline import pipeline_file
from grid.ddl.search import search_file
from grid.ddl.sql import SqlFile
from grid.ddl.tables import tables_file
from grid.ddl.verify import verify_file
from grid.ddl.views import views_file

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = _ROOT / "deploy" / "snowflake"
OVERVIEW = _ROOT / "docs" / "warehouse-tables.md"

ELSEWHERE = "09_semantic_view.sql"
"""The file that is generated of the assistant's semantic model, by ``python -m agent.semantic``."""

VARIABLES = {
    "account": "organization and account, as in the login URL: myorg-myaccount",
    "account_host": "host name of the account",
    "admin_role": "role that may create roles, users, integrations: ACCOUNTADMIN",
    "alert_email": "verified address of a user of the account, told when readings are late",
    "app_cidr": "addresses that the application connects from",
    "app_public_key": "public key of the application's user, base64 without header and line breaks",
    "credit_quota": "credits a month after which the warehouses stop",
    "database": "the database: FLUX_DB",
    "feed_limit_minutes": "minutes without a reading after which the alert is sent",
    "image_tag": "tag of the container image",
    "ledger_retention_days": "days after which a batch may be forgotten, at least a year: 400",
    "pipeline_warehouse": "warehouse of dynamic tables, tasks and search: FLUX_PIPELINE_WH",
    "postgres_host": "host of PostgreSQL, for the container service",
    "prefix": "what the roles and the user are called by: FLUX",
    "raw_retention_days": "days that received readings stay in the raw table: 30",
    "redis_host": "host of Redis, for the container service",
    "service_host": "host name that the container service gets",
    "time_zone": "IANA zone of the utility's days: America/Chicago",
    "warehouse": "warehouse of queries: FLUX_WH",
}
"""What ``-D`` must give, with what is usual."""


def all_files() -> list[SqlFile]:
    """Return the files in the order they are run; the semantic view's is made by ``agent.semantic``."""
    files = [
        database_file(),
        tables_file(),
        pipeline_file(),
        views_file(),
        masking_file(),
        network_file(),
        jobs_file(),
        search_file(),
        assistant_file(),
        grants_file(),
        service_file(),
        verify_file(),
    ]
    return sorted(files, key=lambda file: file.name)


def outdated(folder: Path = FOLDER, document: Path = OVERVIEW) -> list[str]:
    """Return the names of files that differ from what they should hold, lack, or should not be there."""
    wanted = {file.name: file.text() for file in all_files()} | {document.name: overview()}
    found = [path for path in folder.glob("*.sql") if path.name != ELSEWHERE]
    stored = {path.name: path.read_text(encoding="utf-8") for path in found}
    if document.exists():
        stored[document.name] = document.read_text(encoding="utf-8")
    return sorted(name for name in wanted.keys() | stored.keys() if wanted.get(name) != stored.get(name))


def write(folder: Path = FOLDER, document: Path = OVERVIEW) -> None:
    """Write all files and the overview of tables, and remove other files."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.sql"):
        if path.name != ELSEWHERE:
            path.unlink()
    for file in all_files():
        (folder / file.name).write_text(file.text(), encoding="utf-8")
    document.write_text(overview(), encoding="utf-8")
