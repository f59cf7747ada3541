"""Tables in, tables out: tagging for pandas, Polars, DuckDB, Spark and Ray users (extra "arrow").

`tag_table` takes anything that speaks the Arrow PyCapsule interface (pandas, Polars, DuckDB,
pyarrow) and gives a pyarrow table, which all of them take back. `tag_batches` does the same
for a stream of record batches, which is what Spark's ``mapInArrow`` gives and wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from vectorclf.errors import InputError, MissingExtraError
from vectorclf.output import ROWS
from vectorclf.output.rows import carried_name, rows_of
from vectorclf.records import Article

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 256
"""Articles tagged together."""


def tag_table(
    table: Any,
    *,
    tagger: Any = None,
    text: str = "text",
    id: str | None = None,
    rows: str = "articles",
) -> pa.Table:
    """The table with the tags of every text, as a pyarrow Table.

    Parameters
    ----------
    table : table of pyarrow, pandas, Polars or DuckDB
        Anything with ``__arrow_c_stream__``, or a DuckDB relation.
    tagger : Tagger, optional
        The built-in model without; give one to tag many tables with it.
    text, id : str
        Columns; rows are numbered where `id` is not given. A null text is an empty one.
    rows : {"articles", "tags", "passages"}
        "articles" keeps every row and adds the column "tags"; the others give a row a tag, or
        a row a passage, with the input's other columns carried through.

    Returns
    -------
    tagged : pyarrow.Table
        The columns of the input with their types, then those of the tags; the text is kept
        with "articles" only.

    Raises
    ------
    InputError
        No such column, or one that is not text.
    MissingExtraError
        Without pyarrow.
    """
    pa = _pyarrow()
    source = _as_table(table, pa)
    out = list(tag_batches(source.to_batches(), tagger=tagger, text=text, id=id, rows=rows,
                           schema=source.schema))  # fmt: skip
    return pa.Table.from_batches(out, schema=tagged_schema(source.schema, text=text, rows=rows))


def tag_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    tagger: Any = None,
    text: str = "text",
    id: str | None = None,
    rows: str = "articles",
    schema: pa.Schema | None = None,
) -> Iterator[pa.RecordBatch]:
    """Record batches with tags, one for each that comes in: memory does not grow.

    For Spark: ``df.mapInArrow(tag_batches, schema)``, with the schema from `tagged_schema`; for
    Ray: ``dataset.map_batches(tag_table, batch_format="pyarrow")``.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
    tagger, text, id, rows
        As in `tag_table`.
    schema : pyarrow.Schema, optional
        Of the batches, if it is to be checked before the first comes.
    """
    pa = _pyarrow()
    if rows not in ROWS:
        raise InputError(f"expected one of {', '.join(ROWS)}, got {rows!r}", place="rows")
    if schema is not None:
        tagged_schema(schema, text=text, rows=rows)
    if tagger is None:
        tagger = _default_tagger()
    n_before = 0
    for batch in batches:
        for column in filter(None, (text, id)):
            _require_column(batch.schema, column)
        for start in range(0, batch.num_rows, CHUNK):
            part = batch.slice(start, CHUNK)
            yield _tagged(part, n_before, tagger, text, id, rows, pa)
            n_before += part.num_rows


def tagged_schema(schema: pa.Schema, *, text: str = "text", rows: str = "articles") -> pa.Schema:
    """Schema of what `tag_table` makes of a table.

    Raises
    ------
    InputError
        No such column, or one that is not text.
    """
    pa = _pyarrow()
    from vectorclf.output.schema import TAG_FIELDS, TAGS

    _require_column(schema, text)
    kind = schema.field(text).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not is_text and not pa.types.is_string_view(kind):
        raise InputError(f"expected a column of strings, got {kind}", place=text)
    fields = [
        schema.field(name).with_name(carried_name(name) if rows != "articles" else name)
        for name in schema.names
        if rows == "articles" or name != text
    ]
    own = {
        "articles": [("tags", TAGS)],
        "tags": TAG_FIELDS,
        "passages": [
            ("passage", pa.int64()), ("start", pa.int64()), ("end", pa.int64()),
            ("text", pa.string()), ("tags", TAGS),
        ],
    }[rows]  # fmt: skip
    taken = {field.name for field in fields} & {name for name, _ in own}
    if taken:
        raise InputError(f'expected no column "{min(taken)}" in the table, got one', place="table",
                         remedy="rename it")  # fmt: skip
    return pa.schema([*fields, *(pa.field(name, kind) for name, kind in own)])


def _tagged(
    batch: pa.RecordBatch, n_before: int, tagger: Any, text: str, id: str | None, rows: str, pa: Any
) -> pa.RecordBatch:
    from vectorclf.output.schema import TAGS, arrow_row, tag_records

    texts = batch.column(text).to_pylist()
    ids = batch.column(id).to_pylist() if id else range(n_before, n_before + len(texts))
    articles = [
        Article(id=str(name), text=body or "") for name, body in zip(ids, texts, strict=True)
    ]
    tagged = tagger.tag_chunk(articles)
    schema = tagged_schema(batch.schema, text=text, rows=rows)
    if rows == "articles":
        tags = pa.array([tag_records(each.tags) for each in tagged], type=TAGS)
        return pa.RecordBatch.from_arrays([*batch.columns, tags], schema=schema)
    records, sources = [], []
    for number, (article, each) in enumerate(zip(articles, tagged, strict=True)):
        for row in rows_of(article, each, rows):
            records.append(arrow_row(row, rows, {}, ""))
            sources.append(number)
    carried = batch.drop_columns([text]).take(pa.array(sources, type=pa.int64()))
    own = schema.names[carried.num_columns :]
    columns = [
        pa.array([record[name] for record in records], type=schema.field(name).type)
        for name in own
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays([*carried.columns, *columns], schema=schema)


def _as_table(table: Any, pa: Any) -> pa.Table:
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    if hasattr(table, "fetch_arrow_table"):  # a DuckDB relation of before the interface
        return table.fetch_arrow_table()
    raise InputError(
        f"expected a table of pyarrow, pandas, Polars or DuckDB, got {type(table).__name__}",
        place="table",
    )


def _require_column(schema: pa.Schema, name: str) -> None:
    if name not in schema.names:
        found = ", ".join(f'"{column}"' for column in schema.names) or "none"
        raise InputError(f'expected column "{name}", got {found}', place="table",
                         remedy="name it with text= or id=")  # fmt: skip


_taggers: list[Any] = []


def _default_tagger() -> Any:
    """The built-in model, loaded once a process: Spark and Ray call for every batch."""
    if not _taggers:
        from vectorclf.tagger import load

        _taggers.append(load())
    return _taggers[0]


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise MissingExtraError("tagging tables", "arrow") from None
    return pyarrow
