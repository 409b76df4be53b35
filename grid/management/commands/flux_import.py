"""Import a file into a layer, in the foreground."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flux_site.api.errors import FluxError
from flux_site.jobs.models import JobStatus
from grid.management.foreground import carry_out_in_foreground
from grid.services import imports

REFUSED_SHOWN = 20


class Command(BaseCommand):
    """Runs an import as a job of its own in this process; needs PostgreSQL and the warehouse, not Redis."""

    help = (
        "Import a file (CSV, CSV.gz, GeoPackage, GeoJSON, Shapefile, Parquet) into a layer: into the "
        "warehouse in one commit, then into the cache. Ctrl-C cancels; before the commit nothing was written."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("layer", choices=imports.IMPORTABLE, metavar="LAYER", help="such as poles")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--mode",
            choices=("merge", "replace"),
            default="merge",
            help="merge by key (the default), or put the file in place of all rows",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="TARGET=COLUMN[:UNIT]",
            help="fill a column from a column of the file; may be repeated",
        )
        parser.add_argument(
            "--constant",
            action="append",
            default=[],
            metavar="TARGET=VALUE",
            help="fill a column with a value",
        )
        parser.add_argument("--geometry", metavar="COLUMN", help="the column that holds WKT or WKB")
        parser.add_argument("--mapping", metavar="NAME", help="use a stored mapping")
        parser.add_argument("--save-mapping", metavar="NAME", help="keep the mapping under a name")
        parser.add_argument("--crs", help="reference system of the coordinates, such as EPSG:2278")
        parser.add_argument("--encoding", help="of the text, for CSV and shapefiles")
        parser.add_argument("--delimiter", help="between the columns of a CSV file")
        parser.add_argument("--gpkg-layer", metavar="NAME", help="layer of a GeoPackage that has several")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")
        parser.add_argument("--again", action="store_true", help="even if the same import was made before")
        parser.add_argument("--force", action="store_true", help="allow that most rows are taken away")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the import.

        Raises:
            CommandError: if the file or the mapping does not fit, or the import failed.
        """
        read = {name: options[name] for name in ("crs", "encoding", "delimiter") if options[name]}
        if options["gpkg_layer"]:
            read["layer"] = options["gpkg_layer"]
        try:
            self._import(options, read)
        except FluxError as error:
            field = f" ({error.field})" if error.field else ""
            raise CommandError(f"{error.code}{field}: {error.message}") from error

    def _import(self, options: dict[str, Any], read: dict[str, str]) -> None:
        layer, mode = options["layer"], options["mode"]
        file = imports.receive_path(options["file"], user=None)
        mapping = None
        if not options["mapping"]:
            guessed = imports.preview(
                file=file,
                layer=layer,
                mapping=None,
                options=imports.parse_options(read),
                mode=mode,
                row_limit=1,
            )
            mapping = guessed.mapping | self._rules(options)
            if options["geometry"]:
                mapping["geometry"] = options["geometry"]
        if options["dry_run"]:
            self._show_dry_run(options, file, mapping, read)
            return
        prepared = imports.prepare_import(
            layer=layer,
            file=file.digest,
            mode=mode,
            mapping=mapping,
            mapping_name=options["mapping"],
            options=read,
            again=options["again"],
            force=options["force"],
            user=None,
        )
        if options["save_mapping"]:
            imports.save_mapping(
                name=options["save_mapping"], layer=layer, mapping=prepared.mapping, options=read, user=None
            )
        job = imports.create_foreground_job(prepared, user=None)
        carry_out_in_foreground(job, output=self.stdout)
        if job.status == JobStatus.CANCELLED:
            raise CommandError("Cancelled.", returncode=130)
        if job.status != JobStatus.SUCCEEDED:
            raise CommandError(f"{job.error_code}: {job.error_message}")
        counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in job.counts.items())
        self.stdout.write(self.style.SUCCESS(f"Imported: {counts}."))

    def _rules(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the rules that the arguments state."""
        rules: dict[str, Any] = {}
        for text in options["map"]:
            target, _, source = text.partition("=")
            if not source:
                raise CommandError(f"--map is TARGET=COLUMN or TARGET=COLUMN:UNIT, not {text!r}")
            column, _, unit = source.partition(":")
            rules[target] = {"column": column} | ({"unit": unit} if unit else {})
        for text in options["constant"]:
            target, _, value = text.partition("=")
            if not value:
                raise CommandError(f"--constant is TARGET=VALUE, not {text!r}")
            rules[target] = {"constant": value}
        return rules

    def _show_dry_run(self, options: dict[str, Any], file: Any, mapping: Any, read: dict[str, str]) -> None:
        if options["mapping"]:
            stored = imports.find_mapping(options["mapping"], layer=options["layer"])
            mapping, read = stored.mapping, {**stored.options, **read}
        shown = imports.preview(
            file=file,
            layer=options["layer"],
            mapping=mapping,
            options=imports.parse_options(read),
            mode=options["mode"],
            row_limit=None,
        )
        self.stdout.write(f"Columns of the file: {', '.join(shown.columns)}")
        self.stdout.write(f"Mapping: {json.dumps(shown.mapping, ensure_ascii=False, indent=2)}")
        if shown.problem is not None:
            raise CommandError(f"{shown.problem.code}: {shown.problem.message}")
        for row in shown.rows:
            self.stdout.write(json.dumps(row, ensure_ascii=False, default=str))
        self.stdout.write(f"{shown.rows_looked_at:,} rows read, {shown.rows_refused:,} would be refused.")
        for refused in shown.refused[:REFUSED_SHOWN]:
            self.stdout.write(f"  row {refused.row_number}: {refused.reason}: {refused.detail}")
