"""Writers: tagged articles as JSONL, CSV or Parquet; a row an article, a tag or a passage."""

from __future__ import annotations

from vectorclf.output.files import (
    atomic_file,
    cannot_write,
    check_directory,
    check_writable,
    format_of,
    make_directory,
    sync_directory,
)
from vectorclf.output.rows import FORMATS, ROWS
from vectorclf.output.writers import Writer, open_writer

__all__ = [
    "FORMATS", "ROWS", "Writer", "atomic_file", "cannot_write", "check_directory",
    "check_writable", "format_of", "make_directory", "open_writer", "sync_directory",
]  # fmt: skip
