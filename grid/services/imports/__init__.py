"""Files of assets into the warehouse, and from there into the cache."""

from grid.services.imports.errors import ImportRefused
from grid.services.imports.files import find_file, placed_names, receive, receive_path, tidy
from grid.services.imports.layers import IMPORTABLE
from grid.services.imports.plans import parse_options
from grid.services.imports.previews import Preview, preview
from grid.services.imports.requests import (
    KIND,
    create_foreground_job,
    find_mapping,
    prepare_import,
    replay_rejects,
    save_mapping,
    start_import,
)
from grid.services.imports.running import carry_out

__all__ = [
    "IMPORTABLE",
    "KIND",
    "ImportRefused",
    "Preview",
    "carry_out",
    "create_foreground_job",
    "find_file",
    "find_mapping",
    "parse_options",
    "placed_names",
    "prepare_import",
    "preview",
    "receive",
    "receive_path",
    "replay_rejects",
    "save_mapping",
    "start_import",
    "tidy",
]
