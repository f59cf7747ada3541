"""The Arrow form of rows (extra "arrow"): columns, and records to fill them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from vectorclf.output.rows import carried_name
from vectorclf.records import Evidence, Tag

TERM = pa.struct(
    [("term", pa.string()), ("start", pa.int64()), ("end", pa.int64()),
     ("contribution", pa.float64())]
)  # fmt: skip
EVIDENCE = pa.struct(
    [("start", pa.int64()), ("end", pa.int64()), ("quote", pa.string()), ("score", pa.float64()),
     ("intercept", pa.float64()), ("terms", pa.list_(TERM))]
)  # fmt: skip
TAG_FIELDS = [
    ("label", pa.string()), ("family", pa.string()), ("probability", pa.float64()),
    ("threshold", pa.float64()), ("status", pa.string()), ("evidence", pa.list_(EVIDENCE)),
]  # fmt: skip
TAGS = pa.list_(pa.struct(TAG_FIELDS))


def arrow_schema(rows: str, columns: Sequence[str]) -> pa.Schema:
    """Schema of article, tag or passage rows."""
    head = [(name, pa.string()) for name in ("id", "title", "date", "url")]
    head += [(carried_name(name), pa.string()) for name in columns]
    own = {
        "articles": [("tags", TAGS)],
        "tags": TAG_FIELDS,
        "passages": [
            ("passage", pa.int64()), ("start", pa.int64()), ("end", pa.int64()),
            ("text", pa.string()), ("tags", TAGS),
        ],
    }[rows]  # fmt: skip
    return pa.schema([*head, *own, ("other_fields", pa.string())])


def arrow_row(
    row: dict[str, Any], rows: str, carried: dict[str, Any], other: str
) -> dict[str, Any]:
    """A nested row as a record of the schema."""
    record = {name: row[name] for name in ("id", "title", "date", "url")}
    record.update(carried, other_fields=other or None)
    if rows == "tags":
        for name in ("label", "family", "probability", "threshold", "status"):
            record[name] = row[name]
        record["evidence"] = [evidence_record(e) for e in row["evidence"]]
        return record
    record["tags"] = tag_records(row["tags"])
    if rows == "passages":
        record.update(passage=row["passage"], text=row["text"])
        record["start"], record["end"] = row["span"]
    return record


def tag_records(tags: Iterable[Tag]) -> list[dict[str, Any]]:
    """Tags as records of TAGS."""
    return [
        {
            "label": tag.label, "family": tag.family, "probability": tag.probability,
            "threshold": tag.threshold, "status": tag.status,
            "evidence": [evidence_record(e) for e in tag.evidence],
        }
        for tag in tags
    ]  # fmt: skip


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    return {
        "start": evidence.span[0], "end": evidence.span[1], "quote": evidence.quote,
        "score": evidence.score, "intercept": evidence.intercept,
        "terms": [
            {"term": t.term, "start": t.span[0], "end": t.span[1], "contribution": t.contribution}
            for t in evidence.terms
        ],
    }  # fmt: skip
