"""Connections to Snowflake: where to connect, how long to wait, and what its errors mean here."""

from __future__ import annotations

import threading
import warnings
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import snowflake.connector
from snowflake.connector import errors as driver_errors
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from grid.warehouse import fork_guard
from grid.warehouse.errors import (
    WarehouseConflict,
    WarehouseError,
    WarehouseQueryInvalid,
    WarehouseQueryTimeout,
    WarehouseUnavailable,
    WarehouseUrlInvalid,
)

LOGIN_TIMEOUT_S: Final = 30
SHORTEST_LOGIN_S: Final = 5
CONNECT_TIMEOUT_S: Final = 10
LOAD_TIMEOUT_S: Final = 3600
IDLE_CONNECTIONS: Final = 4

_OPTIONS = frozenset(
    {
        "warehouse",
        "role",
        "host",
        "port",
        "protocol",
        "authenticator",
        "private_key_file",
        "private_key_file_pwd",
        "token",
    }
)
_SECRETS = ("password", "token", "private_key_file_pwd")

LOCKED = 625
_TIMEOUTS = frozenset({14, 604, 630})
_LOGIN_REFUSED = frozenset({250001, 251005, 251006})
_SESSION_ENDED = frozenset({390104, 390110, 390111, 390112, 390114, 390115, 390195})
_TRANSPORT = 4


@dataclass(frozen=True)
class SnowflakeTarget:
    """Where a Snowflake warehouse is and who connects to it."""

    account: str
    user: str
    database: str
    login: dict[str, Any] = field(repr=False)

    @classmethod
    def from_url(cls, url: str) -> SnowflakeTarget:
        """Read ``snowflake://user:password@account/DATABASE?warehouse=NAME&role=NAME``.

        Further options: ``authenticator``, ``token``, ``private_key_file`` with ``private_key_file_pwd``,
        and ``host``, ``port``, ``protocol`` for a server other than the account's own.

        Raises:
            WarehouseUrlInvalid: naming what is wrong, never the password.
        """
        try:
            parts = make_url(url)
        except (ArgumentError, ValueError):
            raise WarehouseUrlInvalid("the Snowflake URL cannot be read") from None
        options: dict[str, Any] = {key: value for key, value in parts.query.items() if isinstance(value, str)}
        unknown = sorted(set(parts.query) - _OPTIONS)
        if unknown:
            raise WarehouseUrlInvalid(f"unknown option {unknown[0]!r} in the Snowflake URL")
        for name, value in (("account", parts.host), ("user", parts.username), ("database", parts.database)):
            if not value:
                raise WarehouseUrlInvalid(f"the Snowflake URL names no {name}")
        if parts.password:
            options["password"] = str(parts.password)
        if not {"password", "token", "private_key_file", "authenticator"} & set(options):
            raise WarehouseUrlInvalid("the Snowflake URL has neither password, token nor private_key_file")
        if "token" in options:
            options.setdefault("authenticator", "PROGRAMMATIC_ACCESS_TOKEN")
        elif "private_key_file" in options:
            options.setdefault("authenticator", "SNOWFLAKE_JWT")
        if "port" in options:
            if not str(options["port"]).isdigit():
                raise WarehouseUrlInvalid("port in the Snowflake URL is not a number")
            options["port"] = int(options["port"])
        return cls(str(parts.host), str(parts.username), str(parts.database), options)

    def connect(self, *, query_timeout_s: float) -> snowflake.connector.SnowflakeConnection:
        """Open a connection whose statements end after ``query_timeout_s``.

        Raises:
            WarehouseUnavailable: if the server cannot be reached or refuses the login.
        """
        fork_guard.claim()
        seconds = max(1, round(query_timeout_s))
        login_s = min(LOGIN_TIMEOUT_S, max(SHORTEST_LOGIN_S, seconds))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                return snowflake.connector.connect(
                    account=self.account,
                    user=self.user,
                    database=self.database,
                    application="FluxOperationsCenter",
                    autocommit=True,
                    login_timeout=login_s,
                    connect_timeout=CONNECT_TIMEOUT_S,
                    request_timeout=login_s,
                    query_timeout=seconds,
                    retry_max_attempts=3,
                    logout_total_timeout_seconds=2,
                    platform_detection_timeout_seconds=0,  # no look for a cloud around this machine
                    enable_server_session_keep_alive_auto_detection=False,
                    session_parameters={
                        "QUERY_TAG": "flux",
                        "TIMEZONE": "UTC",
                        "STATEMENT_TIMEOUT_IN_SECONDS": seconds,
                        "CLIENT_TELEMETRY_ENABLED": False,
                    },
                    **self.login,
                )
        except driver_errors.Error as error:
            raise WarehouseUnavailable(
                f"cannot connect to Snowflake account {self.account} as {self.user}: {self.told(error)}"
            ) from None

    def told(self, error: Exception) -> str:
        """Return the first line of a driver's message, without any secret of the login."""
        message = str(getattr(error, "raw_msg", None) or getattr(error, "msg", None) or error)
        message = message.splitlines()[0] if message else type(error).__name__
        for secret in (str(self.login[name]) for name in _SECRETS if self.login.get(name)):
            message = message.replace(secret, "***")
        return message

    def explained(self, error: driver_errors.Error, *, timeout_s: float) -> WarehouseError:
        """Return this package's error for a failed statement."""
        told = self.told(error)
        if error.errno in _TIMEOUTS:
            return WarehouseQueryTimeout(f"the query took longer than {timeout_s:g} s")
        if error.errno == LOCKED:
            return WarehouseConflict(f"another writer holds the table: {told}")
        if is_session_lost(error) or error.errno in _LOGIN_REFUSED:
            return WarehouseUnavailable(f"Snowflake account {self.account} does not answer: {told}")
        if isinstance(error, driver_errors.ProgrammingError | driver_errors.DataError):
            return WarehouseQueryInvalid(f"Snowflake cannot run the statement: {told}")
        return WarehouseUnavailable(f"Snowflake account {self.account} failed: {told}")


def is_session_lost(error: driver_errors.Error) -> bool:
    """Return whether a new connection may succeed where this one failed."""
    if error.errno in _SESSION_ENDED or error.errno == _TRANSPORT:
        return True
    return isinstance(error, driver_errors.ReauthenticationRequest | driver_errors.InterfaceError)


class SnowflakeConnections:
    """Keeps a few connections open between queries; each query has one to itself."""

    def __init__(self, target: SnowflakeTarget, *, query_timeout_s: float) -> None:
        self.target = target
        self.query_timeout_s = query_timeout_s
        self._idle: list[snowflake.connector.SnowflakeConnection] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _discard_all, self._idle)  # also when the process ends

    def take(self, *, fresh: bool = False) -> snowflake.connector.SnowflakeConnection:
        """Return an idle connection or a new one."""
        fork_guard.claim()
        with self._lock:
            connection = self._idle.pop() if self._idle and not fresh else None
        return connection or self.target.connect(query_timeout_s=self.query_timeout_s)

    def give_back(self, connection: snowflake.connector.SnowflakeConnection) -> None:
        """Keep a sound connection for the next query."""
        with self._lock:
            if len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        discard(connection)

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle = self._idle.copy()
            self._idle.clear()
        _discard_all(idle)


def _discard_all(connections: list[snowflake.connector.SnowflakeConnection]) -> None:
    for connection in connections:
        discard(connection)


def discard(connection: snowflake.connector.SnowflakeConnection) -> None:
    """Close a connection that may be broken."""
    with suppress(driver_errors.Error, OSError):
        connection.close()
