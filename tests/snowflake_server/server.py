"""A local server that speaks Snowflake's protocol: fakesnow, adapted to the connector of today.

Run as ``python server.py --port 0 --password secret``; prints the port it listens on.
What it adds to fakesnow:

- the two connector modules that fakesnow imports and connector 5 no longer has;
- the fields that connector 5 requires in the answer to a login;
- timestamps that may be null in Arrow results;
- Snowflake's error for a row that another transaction has changed, instead of an internal one;
- apostrophes in the comments of tables;
- dynamic tables (see dynamic_tables.py beside this file);
- refusal of a wrong password, and of a session that was expired through ``POST /test/expire-sessions``;
- a late answer to the next statement, through ``POST /test/delay-next-statement?seconds=3``.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import socket
import sys
import threading
import time
import types
from pathlib import Path
from typing import Any

from dynamic_tables import add_dynamic_tables


def stub_missing_modules() -> None:
    """Put stand-ins for the modules that connector 5 dropped where fakesnow imports them."""

    class SnowflakeConverter:
        """Only used to inline client-side parameters, which a server never does."""

    class SnowflakeFileUtil:
        """The one method fakesnow calls, for PUT of files that ask for compression."""

        @staticmethod
        def compress_file_with_gzip(file_name: str, tmp_dir: str) -> tuple[str, int]:
            target = Path(tmp_dir) / f"{Path(file_name).name}.gz"
            target.write_bytes(gzip.compress(Path(file_name).read_bytes()))
            return str(target), target.stat().st_size

    converter = types.ModuleType("snowflake.connector.converter")
    converter.SnowflakeConverter = SnowflakeConverter  # type: ignore[attr-defined]
    file_util = types.ModuleType("snowflake.connector.file_util")
    file_util.SnowflakeFileUtil = SnowflakeFileUtil  # type: ignore[attr-defined]
    sys.modules[converter.__name__] = converter
    sys.modules[file_util.__name__] = file_util
    import snowflake.connector

    snowflake.connector.converter = converter
    snowflake.connector.file_util = file_util


def make_timestamps_nullable() -> None:
    """Rebuild fakesnow's timestamp structs so that a null stays null instead of becoming the epoch."""
    import fakesnow.arrow
    import fakesnow.server
    import pyarrow as pa

    original_schema = fakesnow.arrow.to_sf_schema
    original_struct = fakesnow.arrow.timestamp_to_sf_struct

    def nullable(kind: pa.DataType) -> pa.DataType:
        if not pa.types.is_struct(kind):
            return kind
        return pa.struct([pa.field(field.name, field.type, nullable=True) for field in kind])

    def to_sf_schema(schema: pa.Schema, rowtype: list[Any]) -> pa.Schema:
        return pa.schema(
            [field.with_type(nullable(field.type)) for field in original_schema(schema, rowtype)]
        )

    def timestamp_to_sf_struct(column: pa.Array | pa.ChunkedArray) -> pa.Array:
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        column = column.cast(pa.timestamp("us", column.type.tz))
        struct = original_struct(column)
        return pa.StructArray.from_arrays(
            [struct.field(i) for i in range(struct.type.num_fields)],
            fields=list(nullable(struct.type)),
            mask=column.is_null(),
        )

    fakesnow.arrow.to_sf_schema = to_sf_schema
    fakesnow.arrow.timestamp_to_sf_struct = timestamp_to_sf_struct


def accept_apostrophes_in_comments() -> None:
    """Quote the comment of a table where fakesnow puts it into a statement of its own."""
    import fakesnow.info_schema

    original = fakesnow.info_schema.insert_table_comment_sql

    def quoted(catalog: str, schema: str, table: str, comment: str | None) -> str:
        return str(original(catalog, schema, table, (comment or "").replace("'", "''")))

    fakesnow.info_schema.insert_table_comment_sql = quoted


def report_conflicts_like_snowflake() -> None:
    """Answer a clash of two transactions with Snowflake's error 625, which its clients know how to take."""
    import duckdb
    import fakesnow.cursor
    from snowflake.connector.errors import ProgrammingError

    original = fakesnow.cursor.FakeSnowflakeCursor.execute

    def execute(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return original(self, *arguments, **options)
        except duckdb.TransactionException as error:
            self._duck_conn.rollback()  # DuckDB takes nothing but this now; for Snowflake it is the client's
            raise ProgrammingError(msg=str(error), errno=625, sqlstate="57014") from error

    fakesnow.cursor.FakeSnowflakeCursor.execute = execute


def application(password: str) -> Any:
    """Return fakesnow's application with login checks around it."""
    import fakesnow.server
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    expired: set[str] = set()
    delays_s: list[float] = []

    async def login(request: Request) -> JSONResponse:
        body = await request.body()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        data = json.loads(body)["data"]
        if data.get("PASSWORD", data.get("TOKEN")) != password:
            return _refusal("390100", "Incorrect username or password was specified.")
        answer = await fakesnow.server.login_request(request)
        content = json.loads(bytes(answer.body))
        content["data"] |= {
            "masterToken": content["data"]["token"],
            "validityInSeconds": 3600,
            "masterValidityInSeconds": 14400,
            "sessionId": time.time_ns(),
        }
        return JSONResponse(content)

    async def query(request: Request) -> JSONResponse:
        if request.headers.get("Authorization", "") in expired:
            return _refusal("390114", "Authentication token has expired. The user must authenticate again.")
        if delays_s:
            await asyncio.sleep(delays_s.pop())
        answer = await fakesnow.server.query_request(request)
        content = json.loads(bytes(answer.body))
        stage = (content.get("data") or {}).get("stageInfo")
        if stage is None:
            return answer
        stage.setdefault("region", "us-central1")
        content["data"]["overwrite"] = True  # the file names of a loader are new each time
        return JSONResponse(content)

    async def renew(_request: Request) -> JSONResponse:
        return _refusal("390114", "Authentication token has expired. The user must authenticate again.")

    async def expire(_request: Request) -> JSONResponse:
        expired.update(f'Snowflake Token="{token}"' for token in fakesnow.server.sessions)
        return JSONResponse({"expired": len(expired)})

    async def delay(request: Request) -> JSONResponse:
        delays_s.append(float(request.query_params["seconds"]))
        return JSONResponse({"delays": len(delays_s)})

    replaced = {"/session/v1/login-request": login, "/queries/v1/query-request": query}
    routes = [
        Route(route.path, replaced.get(route.path, route.endpoint), methods=list(route.methods or ()))
        for route in fakesnow.server.routes
    ]
    routes.append(Route("/session/token-request", renew, methods=["POST"]))
    routes.append(Route("/test/expire-sessions", expire, methods=["POST"]))
    routes.append(Route("/test/delay-next-statement", delay, methods=["POST"]))
    routes.append(Route("/telemetry/send", lambda _: JSONResponse({"success": True}), methods=["POST"]))
    return Starlette(routes=routes)


def _refusal(code: str, message: str) -> Any:
    from starlette.responses import JSONResponse

    return JSONResponse({"data": {"errorCode": code}, "code": code, "message": message, "success": False})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--password", required=True)
    arguments = parser.parse_args()
    stub_missing_modules()
    make_timestamps_nullable()
    accept_apostrophes_in_comments()
    add_dynamic_tables()
    report_conflicts_like_snowflake()
    import uvicorn

    listener = socket.create_server(("127.0.0.1", arguments.port))
    server = uvicorn.Server(uvicorn.Config(application(arguments.password), log_level="warning"))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    _stop_with_parent(server)
    server.run(sockets=[listener])


def _stop_with_parent(server: Any) -> None:
    """End the server when its standard input closes, that is when whoever started it is gone."""

    def watch() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
