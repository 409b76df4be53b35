"""Files made of the rows of a layer: asked for, made by a job, kept for some days."""

from grid.services.exports.errors import ExportFailed
from grid.services.exports.files import Download, open_download, tidy
from grid.services.exports.formats import FileFormat
from grid.services.exports.requests import KIND, start_export
from grid.services.exports.running import carry_out

__all__ = [
    "KIND",
    "Download",
    "ExportFailed",
    "FileFormat",
    "carry_out",
    "open_download",
    "start_export",
    "tidy",
]
