"""The typed view of the process environment: the only place that reads FLUX_* variables."""

import os
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from flux_site.settings.assistant import AssistantEnvironment, read_assistant

T = TypeVar("T")


class EnvironmentFault(Exception):
    """Raised when FLUX_* variables are missing or malformed; lists every fault at once."""


@dataclass(frozen=True, kw_only=True)
class DatabaseUrl:
    """The parts of a PostgreSQL connection URL."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)


DEFAULT_TERRITORY = "-96.2,29.0,-94.5,30.5"
"""West, south, east, north of the Houston area, degrees."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything the deployment decides. Secrets are no part of its ``repr``."""

    secret_key: str = field(repr=False)
    database: DatabaseUrl
    redis_url: str = field(repr=False)
    warehouse_url: str = field(repr=False)
    is_debug: bool
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    time_zone: str
    territory_name: str
    territory_bbox: tuple[float, float, float, float]
    is_territory_given: bool
    area_max_side_km: int
    has_graphiql: bool
    has_introspection: bool
    operations_file: Path | None
    map_style_url: str | None
    import_folder: Path | None
    import_max_mb: int
    export_folder: Path | None
    learning_folder: Path | None
    learning_device: str
    export_keep_days: int
    export_free_mb: int
    stream_url: str | None = field(repr=False)
    stream_prefix: str
    stream_backlog_limit: int
    stream_bronze_every_s: int
    embedding_url: str
    embedding_model: str
    embedding_key: str = field(repr=False)
    assistant: AssistantEnvironment
    assistant_database_role: str


def parse_database_url(text: str) -> DatabaseUrl:
    """Return the parts of ``postgresql://user:password@host:port/name``.

    Raises:
        ValueError: if the scheme, host or database name is missing.
    """
    parts = urlsplit(text)
    name = parts.path.lstrip("/")
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname or not name:
        raise ValueError("must look like postgresql://user:password@host:port/name")
    return DatabaseUrl(
        host=parts.hostname,
        port=parts.port or 5432,
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def parse_bool(text: str) -> bool:
    """Return the truth of ``0|1|true|false|yes|no``.

    Raises:
        ValueError: for any other text.
    """
    lowered = text.strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("must be 0 or 1")


def parse_csv(text: str) -> tuple[str, ...]:
    """Return the non-empty items of a comma-separated list."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) in degrees.

    Raises:
        ValueError: unless four numbers with west < east and south < north inside WGS 84.
    """
    try:
        west, south, east, north = (float(item) for item in text.split(","))
    except ValueError:
        raise ValueError("must be four numbers: west,south,east,north") from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("must satisfy -180 <= west < east <= 180 and -90 <= south < north <= 90")
    return west, south, east, north


def parse_time_zone(text: str) -> str:
    """Return ``text`` if it names an IANA time zone.

    Raises:
        ValueError: if it does not.
    """
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ValueError("must be an IANA time zone such as America/Chicago") from None
    return text


def parse_warehouse_url(text: str) -> str:
    """Return ``text`` if its scheme is one the warehouse knows.

    Raises:
        ValueError: if it is not.
    """
    if urlsplit(text).scheme not in {"embedded", "snowflake"}:
        raise ValueError("must start with embedded:// or snowflake://")
    return text


def parse_path(text: str) -> Path | None:
    """Return the file or folder at an absolute path; None for none.

    Raises:
        ValueError: if the path is not absolute.
    """
    if not text.strip():
        return None
    path = Path(text.strip())
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    return path


def parse_device(text: str) -> str:
    """Return what models are trained on.

    Raises:
        ValueError: if it is none of those.
    """
    if text not in {"auto", "cpu", "cuda"}:
        raise ValueError("must be auto, cpu or cuda")
    return text


def parse_count(text: str) -> int:
    """Return a whole number above 0.

    Raises:
        ValueError: if it is none.
    """
    if not text.strip().isdigit() or int(text) < 1:
        raise ValueError("must be a whole number above 0")
    return int(text)


def parse_redis_url(text: str) -> str:
    """Return ``text`` if it is a Redis URL.

    Raises:
        ValueError: if it is not.
    """
    if urlsplit(text).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must start with redis://, rediss:// or unix://")
    return text


def parse_stream_url(text: str) -> str | None:
    """Return ``text`` if it names a transport of streams; None for none.

    Raises:
        ValueError: if it does not.
    """
    if not text.strip():
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"redis", "rediss", "unix", "kafka"}:
        raise ValueError("must start with redis://, rediss://, unix:// or kafka://")
    if parts.scheme == "kafka" and not parts.netloc.rpartition("@")[2]:
        raise ValueError("must name servers, like kafka://host:9092,host:9092")
    return text


def parse_http_url(text: str) -> str:
    """Return ``text`` without a slash at its end if it is an address of a web server; empty for none.

    Raises:
        ValueError: if it is not.
    """
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("must look like https://host/path")
    return text.rstrip("/")


def parse_role(text: str) -> str:
    """Return ``text`` if it can be the name of a database role; empty for none.

    Raises:
        ValueError: if it cannot.
    """
    if text and not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", text):
        raise ValueError("must be the name of a role: lower-case letters, digits and underscores")
    return text


def parse_stream_prefix(text: str) -> str:
    """Return ``text`` if names of topics may begin with it.

    Raises:
        ValueError: if they may not.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise ValueError("must be 1 to 64 letters, digits, dots, underscores or hyphens")
    return text


def read_environment(variables: Mapping[str, str] | None = None) -> Environment:
    """Return the environment, parsed.

    Raises:
        EnvironmentFault: naming every variable that is missing or malformed.
    """
    variables = os.environ if variables is None else variables
    faults: list[str] = []

    def read(name: str, parse: Callable[[str], T], default: str | None = None) -> T:
        text = variables.get(f"FLUX_{name}", default)
        if text is None:
            faults.append(f"FLUX_{name} is not set")
            return None  # type: ignore[return-value]  # never used: faults raise below
        try:
            return parse(text)
        except ValueError as error:
            faults.append(f"FLUX_{name} {error}")
            return None  # type: ignore[return-value]

    environment = Environment(
        secret_key=read("SECRET_KEY", str),
        database=read("DATABASE_URL", parse_database_url),
        redis_url=read("REDIS_URL", parse_redis_url),
        warehouse_url=read("WAREHOUSE_URL", parse_warehouse_url),
        is_debug=read("DEBUG", parse_bool, "0"),
        allowed_hosts=read("ALLOWED_HOSTS", parse_csv, "localhost,127.0.0.1,[::1]"),
        trusted_origins=read("TRUSTED_ORIGINS", parse_csv, ""),
        time_zone=read("TIME_ZONE", parse_time_zone, "America/Chicago"),
        territory_name=read("TERRITORY_NAME", str, "Houston"),
        territory_bbox=read("TERRITORY_BBOX", lambda text: parse_bbox(text or DEFAULT_TERRITORY), ""),
        is_territory_given=variables.get("FLUX_TERRITORY_BBOX", "") != "",
        area_max_side_km=read("AREA_MAX_SIDE_KM", parse_count, "500"),
        has_graphiql=read("GRAPHIQL", parse_bool, "1"),
        has_introspection=read("INTROSPECTION", parse_bool, "1"),
        operations_file=read("OPERATIONS_FILE", parse_path, ""),
        map_style_url=read("MAP_STYLE_URL", str, "") or None,
        import_folder=read("IMPORT_FOLDER", parse_path, ""),
        import_max_mb=read("IMPORT_MAX_MB", parse_count, "2048"),
        export_folder=read("EXPORT_FOLDER", parse_path, ""),
        learning_folder=read("LEARNING_FOLDER", parse_path, ""),
        learning_device=read("LEARNING_DEVICE", parse_device, "auto"),
        export_keep_days=read("EXPORT_KEEP_DAYS", parse_count, "3"),
        export_free_mb=read("EXPORT_FREE_MB", parse_count, "512"),
        stream_url=read("STREAM_URL", parse_stream_url, ""),
        stream_prefix=read("STREAM_PREFIX", parse_stream_prefix, "flux."),
        stream_backlog_limit=read("STREAM_BACKLOG_LIMIT", parse_count, "500000"),
        stream_bronze_every_s=read("STREAM_BRONZE_EVERY_S", parse_count, "30"),
        embedding_url=read("EMBEDDING_URL", parse_http_url, ""),
        embedding_model=read("EMBEDDING_MODEL", str, ""),
        embedding_key=read("EMBEDDING_KEY", str, ""),
        assistant=read_assistant(
            read, parse_url=parse_http_url, parse_path=parse_path, parse_count=parse_count
        ),
        assistant_database_role=read("ASSISTANT_DATABASE_ROLE", parse_role, ""),
    )
    faults += environment.assistant.faults(malformed=faults)
    if faults:
        raise EnvironmentFault("The environment is incomplete:\n  " + "\n  ".join(faults))
    return environment
