"""GraphQL of imports of files: what was imported, what was refused, previews, starting and replaying."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job, JSONObject
from grid.selectors import imports as selectors
from grid.services import imports as services


@strawberry.type(description="A file in the import folder.")
class ImportFile:
    """A received file."""

    digest: str = strawberry.field(description="SHA-256 of its content; names it in startImport.")
    name: str
    file_format: str
    size_bytes: float
    received_at: datetime
    received_by: str | None


@strawberry.type(description="One import of a file into a layer.")
class FileImport:
    """An import."""

    id: strawberry.ID
    layer: str
    file: ImportFile
    mode: str = strawberry.field(description="REPLACE or MERGE.")
    mapping: JSONObject
    options: JSONObject
    job: Job | None
    started_by: str | None
    created_at: datetime
    rows_read: int | None
    rows_refused: int | None
    rows_new: int | None = strawberry.field(description="Rows whose key the table did not hold.")
    rows_known: int | None = strawberry.field(description="Rows whose key the table held.")
    rows_kept: int | None = strawberry.field(description="Rows of the table that the file did not touch.")
    written_at: datetime | None = strawberry.field(description="When the warehouse held the rows.")


@strawberry.type(description="A row of a file that was refused.")
class ImportReject:
    """A refused row."""

    row_number: int = strawberry.field(description="Position in the file; the first row is 1.")
    row_key: str | None
    reason: str
    column: str
    detail: str | None = strawberry.field(description="Null where it may quote personal data.")
    row: JSONObject | None = strawberry.field(description="As the file has it; null if it is personal data.")
    resolved_at: datetime | None = strawberry.field(description="When its key was accepted.")


@strawberry.type(description="What an import would do with the first rows of a file; nothing is written.")
class ImportPreview:
    """A dry run."""

    columns: list[str] = strawberry.field(description="Of the file.")
    has_geometry: bool
    crs: str | None = strawberry.field(description="The reference system that the file states.")
    mapping: JSONObject = strawberry.field(description="As given, or as the names of columns suggest.")
    problem: str | None = strawberry.field(description="Why the import could not start; null if it could.")
    problem_code: str | None
    rows_looked_at: int
    rows: list[JSONObject] = strawberry.field(description="The first ones as they would be written.")
    rows_refused: int
    refused: list[ImportReject]


@strawberry.type(description="A mapping kept under a name.")
class ImportMapping:
    """A stored mapping."""

    name: str
    layer: str
    mapping: JSONObject
    options: JSONObject
    updated_at: datetime


@strawberry.input(description="What is needed to import a file.")
class StartImportInput:
    """Which file goes where."""

    layer: str
    file: str = strawberry.field(description="Digest of a received file, or name of a file in the inbox.")
    mode: str = strawberry.field(default="MERGE", description="MERGE by key, or REPLACE all rows.")
    mapping: JSONObject | None = strawberry.field(
        default=None, description="Target columns and what fills them, as JSON; null: as the names suggest."
    )
    mapping_name: str | None = strawberry.field(default=None, description="A stored mapping instead.")
    options: JSONObject | None = strawberry.field(
        default=None, description="crs, encoding, delimiter and layer, as JSON."
    )
    again: bool = strawberry.field(default=False, description="Even if the same import was made before.")
    force: bool = strawberry.field(default=False, description="Allow that most rows are taken away.")


@strawberry.input
class PreviewImportInput:
    """Which file would go where."""

    layer: str
    file: str
    mode: str = "MERGE"
    mapping: JSONObject | None = None
    options: JSONObject | None = None


@strawberry.input
class ReplayImportRejectsInput:
    """Whose refused rows to import again."""

    import_id: strawberry.ID
    mapping: JSONObject | None = None
    mapping_name: str | None = None


@strawberry.input
class SaveImportMappingInput:
    """A mapping to keep."""

    name: str
    layer: str
    mapping: JSONObject
    options: JSONObject | None = None


StartImportPayload = Annotated[FileImport | Fault, strawberry.union("StartImportPayload")]
ReplayImportRejectsPayload = Annotated[FileImport | Fault, strawberry.union("ReplayImportRejectsPayload")]
SaveImportMappingPayload = Annotated[ImportMapping | Fault, strawberry.union("SaveImportMappingPayload")]
PreviewImportPayload = Annotated[ImportPreview | Fault, strawberry.union("PreviewImportPayload")]


def _file(row: Any) -> ImportFile:
    return ImportFile(
        digest=row.digest,
        name=row.name,
        file_format=row.file_format,
        size_bytes=float(row.size_bytes),
        received_at=row.received_at,
        received_by=row.received_by.get_username() if row.received_by else None,
    )


def _import(row: Any) -> FileImport:
    return FileImport(
        id=strawberry.ID(str(row.pk)),
        layer=row.layer,
        file=_file(row.file),
        mode=row.mode,
        mapping=row.mapping,
        options=row.options,
        job=row.job,
        started_by=row.started_by.get_username() if row.started_by else None,
        created_at=row.created_at,
        rows_read=row.rows_read,
        rows_refused=row.rows_refused,
        rows_new=row.rows_new,
        rows_known=row.rows_known,
        rows_kept=row.rows_kept,
        written_at=row.written_at,
    )


def _mapping(row: Any) -> ImportMapping:
    return ImportMapping(
        name=row.name, layer=row.layer, mapping=row.mapping, options=row.options, updated_at=row.updated_at
    )


@strawberry.type
class ImportsQuery:
    """Questions about imports."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_fileimport")], description="Imports of files, newest first."
    )
    def file_imports(self, info: Info, layer: str | None = None, first: int = 50) -> list[FileImport]:
        """Return the imports."""
        rows = selectors.list_imports(require_login(info), layer=layer, first=first)
        return [_import(row) for row in rows]

    @strawberry_django.field(
        extensions=[Requires("grid.view_importreject")],
        description="Rows that an import refused, in file order; unless openOnly, mended ones among them.",
    )
    def import_rejects(
        self,
        info: Info,
        import_id: strawberry.ID,
        open_only: bool = False,
        first: int = 100,
        after_row: int = 0,
    ) -> list[ImportReject]:
        """Return the refused rows."""
        rows = selectors.list_rejects(
            require_login(info),
            import_id=str(import_id),
            open_only=open_only,
            first=first,
            after_row=after_row,
        )
        return [ImportReject(**vars(row)) for row in rows]

    @strawberry_django.field(
        extensions=[Requires("grid.view_importfile")], description="Files that can be imported, newest first."
    )
    def import_files(self, info: Info, first: int = 50) -> list[ImportFile]:
        """Return the received files."""
        return [_file(row) for row in selectors.list_files(require_login(info), first=first)]

    @strawberry_django.field(
        extensions=[Requires("grid.view_importfile")],
        description="Names of the files that were placed in the inbox of the import folder.",
    )
    def import_inbox(self, info: Info) -> list[str]:
        """Return the names."""
        return services.placed_names()

    @strawberry_django.field(
        extensions=[Requires("grid.view_importmapping")], description="Stored mappings, by name."
    )
    def import_mappings(self, info: Info, layer: str | None = None) -> list[ImportMapping]:
        """Return the mappings."""
        return [_mapping(row) for row in selectors.list_mappings(layer=layer)]


@strawberry.type
class ImportsMutation:
    """Importing files."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.add_fileimport")],
        description="Show what an import would do with the first rows of a file; the layer stays as it is.",
    )
    def preview_import(self, info: Info, input: PreviewImportInput) -> PreviewImportPayload:
        """Preview an import."""

        def look() -> Any:
            user = require_login(info)
            shown = services.preview(
                file=services.find_file(input.file, user=user),
                layer=input.layer,
                mapping=input.mapping,
                options=services.parse_options(input.options or {}),
                mode=input.mode,
            )
            may_see = selectors.shows_rows(user, layer=input.layer, subject=f"file {input.file}")
            refused = [selectors.shown_refusal(each, may_see=may_see) for each in shown.refused]
            return ImportPreview(
                columns=list(shown.columns),
                has_geometry=shown.has_geometry,
                crs=shown.crs,
                mapping=JSONObject(shown.mapping),
                problem=shown.problem.message if shown.problem else None,
                problem_code=shown.problem.code if shown.problem else None,
                rows_looked_at=shown.rows_looked_at,
                rows=[selectors.plain(row) for row in shown.rows] if may_see else [],
                rows_refused=shown.rows_refused,
                refused=[ImportReject(**vars(each)) for each in refused],
            )

        return expected_failures(look)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.add_fileimport")],
        description="Import a file into a layer, as a job: into the warehouse, then into the cache.",
    )
    def start_import(self, info: Info, input: StartImportInput) -> StartImportPayload:
        """Start an import."""

        def start() -> Any:
            started = services.start_import(
                layer=input.layer,
                file=input.file,
                mode=input.mode,
                mapping=input.mapping,
                mapping_name=input.mapping_name,
                options=input.options,
                again=input.again,
                force=input.force,
                user=require_login(info),
            )
            return _import(started)

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.add_fileimport")],
        description="Import the open refused rows of an import once more, perhaps with another mapping.",
    )
    def replay_import_rejects(
        self, info: Info, input: ReplayImportRejectsInput
    ) -> ReplayImportRejectsPayload:
        """Replay refused rows."""

        def replay() -> Any:
            started = services.replay_rejects(
                import_id=selectors.parse_import_id(str(input.import_id)),
                mapping=input.mapping,
                mapping_name=input.mapping_name,
                user=require_login(info),
            )
            return _import(started)

        return expected_failures(replay)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_importmapping")],
        description="Keep a mapping under a name, in place of the one of that name.",
    )
    def save_import_mapping(self, info: Info, input: SaveImportMappingInput) -> SaveImportMappingPayload:
        """Save a mapping."""

        def save() -> Any:
            row = services.save_mapping(
                name=input.name,
                layer=input.layer,
                mapping=input.mapping,
                options=input.options,
                user=require_login(info),
            )
            return _mapping(row)

        return expected_failures(save)
