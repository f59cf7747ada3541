"""Parquet, a batch of rows at a time (extra "arrow")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from vectorclf.articles.rows import missing_key_reason, reject, row_article
from vectorclf.articles.sources import Source
from vectorclf.errors import InputError
from vectorclf.records import Article, Reject

_BATCH_ROWS = 256


def read_parquet(
    source: Source, reading: Any, *, row_groups: Sequence[int] | None, first_row: int
) -> Iterator[Article | Reject]:
    """Articles of a Parquet file, or of some of its row groups."""
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(source.file)
    except (pyarrow.ArrowException, OSError) as error:
        yield reject(source.path, f"expected Parquet, got {_one_line(error)}")
        return
    with file:
        names = file.schema_arrow.names
        if reading.text_key not in names:
            if first_row == 1:
                yield reject(source.path, missing_key_reason(reading.text_key, "--text-key", names))
            return
        number = first_row - 1
        try:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, row_groups=row_groups):
                for row in batch.to_pylist():
                    number += 1
                    place = f"{source.path}:{number}"
                    try:
                        article = row_article(
                            row, reading, place=place, default_id=f"{source.name}:{number}",
                            fields_owned=False,
                        )  # fmt: skip
                    except InputError as error:
                        yield reject(place, error.message, msgspec.json.encode(_jsonable(row)))
                    else:
                        yield article
        except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
            yield reject(
                f"{source.path}:{number + 1}",
                f"the file is damaged behind row {number}: {_one_line(error)}",
            )


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _jsonable(row: dict[str, Any]) -> Any:
    return msgspec.to_builtins(row, enc_hook=str)
