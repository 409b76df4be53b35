"""GraphQL of exports: what was exported, and starting an export."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job, JSONObject
from grid.schema.areas import AreaInput
from grid.selectors import exports as selectors
from grid.selectors.exchange.conditions import Relation
from grid.services import exports as services
from grid.services.exports.requests import AskedCondition

ExportFormat = strawberry.enum(
    services.FileFormat, name="ExportFormat", description="What kind of file is made."
)
FilterRelation = strawberry.enum(
    Relation, name="FilterRelation", description="How the values of an attribute are compared."
)


@strawberry.type(description="One export of a layer to a file.")
class FileExport:
    """An export."""

    id: strawberry.ID
    layer: str
    format: ExportFormat
    area: JSONObject | None = strawberry.field(description="GeoJSON of the area; null: everywhere.")
    filters: list[JSONObject] = strawberry.field(description="Conditions on attributes; all held.")
    has_personal: bool = strawberry.field(description="Whether it names people in full.")
    zone_ids: list[str] = strawberry.field(description="The zones it is limited to; empty: all.")
    job: Job | None
    asked_by: str | None
    created_at: datetime
    data_version: str | None = strawberry.field(description="Of the rows in the file; null until it is made.")
    row_count: int | None
    size_bytes: float | None
    digest: str | None = strawberry.field(description="SHA-256 of the file.")
    ready_at: datetime | None = strawberry.field(description="When the file was whole.")
    expires_at: datetime | None = strawberry.field(description="When the file goes.")
    download_url: str | None = strawberry.field(description="Null while there is no file, or no longer.")


@strawberry.input(description="A condition on an attribute of the layer.")
class AttributeFilterInput:
    """A condition."""

    attribute: str = strawberry.field(description="As the layer's collection under /ogc/ names it.")
    relation: FilterRelation = Relation.IN
    values: list[str] = strawberry.field(
        default_factory=list, description="As texts: several for IN, one for AT_LEAST and AT_MOST, else none."
    )


@strawberry.input(description="What is to be exported.")
class StartExportInput:
    """Which rows go into which file."""

    layer: str = strawberry.field(description="Key of a layer of the map.")
    format: ExportFormat
    area: AreaInput | None = strawberry.field(default=None, description="Only rows that meet it.")
    filters: list[AttributeFilterInput] = strawberry.field(default_factory=list, description="All must hold.")
    with_personal: bool = strawberry.field(
        default=False, description="Name people in full; needs the right to see personal data."
    )


StartExportPayload = Annotated[FileExport | Fault, strawberry.union("StartExportPayload")]


def _export(row: Any) -> FileExport:
    has_file = row.ready_at is not None and row.removed_at is None
    return FileExport(
        id=strawberry.ID(str(row.pk)),
        layer=row.layer,
        format=services.FileFormat(row.file_format),
        area=row.area,
        filters=row.filters,
        has_personal=row.has_personal,
        zone_ids=row.zone_ids,
        job=row.job,
        asked_by=row.asked_by.get_username() if row.asked_by else None,
        created_at=row.created_at,
        data_version=row.data_version or None,
        row_count=row.row_count,
        size_bytes=None if row.size_bytes is None else float(row.size_bytes),
        digest=row.digest or None,
        ready_at=row.ready_at,
        expires_at=row.expires_at,
        download_url=selectors.download_path(row.pk) if has_file else None,
    )


@strawberry.type
class ExportsQuery:
    """Questions about exports."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_fileexport")],
        description="The user's exports, newest first; those of others too with grid.view_all_exports.",
    )
    def exports(self, info: Info, layer: str | None = None, first: int = 50) -> list[FileExport]:
        """Return the exports."""
        rows = selectors.list_exports(require_login(info), layer=layer, first=first)
        return [_export(row) for row in rows]


@strawberry.type
class ExportsMutation:
    """Exporting."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.add_fileexport")],
        description="Export rows of a layer to a file, as a job; cancelJob stops it.",
    )
    def start_export(self, info: Info, input: StartExportInput) -> StartExportPayload:
        """Start an export."""

        def start() -> Any:
            return _export(
                services.start_export(
                    layer=input.layer,
                    file_format=str(input.format),
                    area=None if input.area is None else input.area.spec(),
                    conditions=[
                        AskedCondition(
                            attribute=each.attribute, relation=str(each.relation), values=each.values
                        )
                        for each in input.filters
                    ],
                    with_personal=input.with_personal,
                    user=require_login(info),
                )
            )

        return expected_failures(start)
