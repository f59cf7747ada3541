"""Texts from wherever they are held, as one UTF-8 buffer and offsets, chunk by chunk."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from vectorclf._kernels import strings
from vectorclf.errors import InputError

MAX_ROWS, MAX_CHARS, _STEP = 8192, 1 << 18, 64
"""A chunk ends after this many rows or characters, whichever comes first."""

_rooms = threading.local()
"""Each thread's memory for a chunk's UTF-8: fresh memory for every chunk costs page faults."""

Chunk = tuple[int, np.ndarray, np.ndarray, np.ndarray]
"""First row, data (uint8, read-only), starts and ends (int64, bytes)."""

_ADVICE = "expected a sequence of str (list, array, pandas, Polars or Arrow column)"


def utf8(
    texts: Sequence[str], first: int = 0, room: list[np.ndarray] | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts end to end.

    Parameters
    ----------
    texts : sequence of str
        A list is to be the caller's own: nobody may change it meanwhile.
    first : int, default=0
        Row 0's number, for messages.
    room : list of one uint8 array, optional
        Written to instead of new memory, or replaced by a longer one: the data hold until
        it is used again.

    Returns
    -------
    data : ndarray of uint8, read-only
    starts, ends : ndarray of shape (n_texts,), int64, bytes of `data`

    Raises
    ------
    InputError
        A text is no str, or holds a lone surrogate; says which.
    """
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    data = _read(texts, starts[1:], room) if strings.is_readable else None
    if data is None:
        try:
            parts = [text.encode() for text in texts]
            starts[1:] = np.fromiter(accumulate(map(len, parts)), np.int64, len(parts))
            data = np.frombuffer(b"".join(parts), dtype=np.uint8)
        except (AttributeError, TypeError, UnicodeEncodeError):
            raise _explain(texts, first) from None
    return read_only(data), starts[:-1], starts[1:]


def _read(texts: Sequence[str], ends: np.ndarray, room: list | None) -> np.ndarray | None:
    """Data of texts read where they lie; fills `ends`. None if one is out of the ordinary."""
    if type(texts) is not list:  # a slice of an array is a view: others may let go of them
        texts = list(texts)
    size = int(strings.room_for(id(texts), len(texts), id(str)))
    if not size:
        return None
    if room is None or len(room[0]) < size:
        data = np.empty(size, dtype=np.uint8)
        if room is not None:
            room[0] = data
    else:
        data = room[0]
    return data if strings.write_utf8(id(texts), data, ends) else None


def _explain(texts: Sequence[Any], first: int) -> InputError:
    """What is wrong with the first text that cannot be had as UTF-8."""
    for row, text in enumerate(texts, start=first):
        if isinstance(text, bytes):
            return InputError(
                "expected str, got bytes", place=f"texts[{row}]",
                remedy="decode it first: text.decode('utf-8')",
            )  # fmt: skip
        if text is None or text != text:
            return InputError(
                "expected str, got null", place=f"texts[{row}]",
                remedy="fill or drop nulls first",
            )  # fmt: skip
        if not isinstance(text, str):
            return InputError(f"expected str, got {type(text).__name__}", place=f"texts[{row}]")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return InputError(
                f"expected Unicode text, got a lone surrogate at character {error.start}",
                place=f"texts[{row}]",
                remedy="decode the source with errors='replace'",
            )
    return InputError(_ADVICE, place="texts")


class Texts:
    """A column of texts that can be had in chunks of UTF-8.

    Attributes
    ----------
    n_rows : int
    """

    def __init__(self, column: Any) -> None:
        self._column = column
        self._step = _STEP
        self.n_rows = len(column)

    def chunks(self) -> Iterator[tuple[int, int]]:
        """First and end row of every chunk; a chunk holds at least one row."""
        first = 0
        while first < self.n_rows:
            end = self._chunk_end(first)
            yield first, end
            first = end

    def _chunk_end(self, first: int) -> int:
        while strings.is_readable:
            part = self._column[first : first + self._step]
            part = part if type(part) is list else list(part)
            n = int(strings.rows_that_fit(id(part), len(part), id(str), MAX_CHARS))
            if not n:
                break  # perhaps of some other kind of str
            if n < len(part) or n == MAX_ROWS or first + n == self.n_rows:
                self._step = min(n + n // 4 + 1, MAX_ROWS)  # the next ones are as long, mostly
                return first + n
            self._step = min(4 * self._step, MAX_ROWS)
        end, n_chars = first, 0
        while end < self.n_rows and n_chars < MAX_CHARS and end - first < MAX_ROWS:
            part = self._column[end : end + _STEP]
            try:
                size = sum(map(len, part))
            except TypeError:
                raise _explain(part, end) from None
            if size > MAX_CHARS:  # long texts: count them one by one
                sizes = np.cumsum([n_chars, *map(len, part)])
                return max(end + int(np.searchsorted(sizes, MAX_CHARS)), first + 1)
            n_chars += size
            end += len(part)
        return end

    def read(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows `first` to `end` as (data, starts, ends); data hold until this thread reads on."""
        room = getattr(_rooms, "room", None)
        if room is None:
            room = _rooms.room = [np.empty(0, dtype=np.uint8)]
        found = utf8(self._column[first:end], first, room)
        if len(room[0]) > 4 * MAX_CHARS:  # a very long text's: not worth keeping
            room[0] = np.empty(0, dtype=np.uint8)
        return found


class ArrowTexts(Texts):
    """A string or large_string array of Arrow, read where it lies."""

    def __init__(self, column: Any) -> None:
        import pyarrow as pa

        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        self.n_rows = len(column)
        self._arrays: list[tuple[int, np.ndarray, np.ndarray]] = []
        first = 0
        for array in chunks:
            if array.null_count:
                row = first + int(np.flatnonzero(array.is_null())[0])
                raise InputError(
                    "expected str, got null", place=f"texts[{row}]",
                    remedy="fill or drop nulls first",
                )  # fmt: skip
            if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
                array = _cast(array)
            self._arrays.append((first, *_arrow_buffers(array)))
            first += len(array)

    def chunks(self) -> Iterator[tuple[int, int]]:
        for base, _, offsets in self._arrays:
            first, n = 0, len(offsets) - 1
            while first < n:
                end = int(np.searchsorted(offsets, int(offsets[first]) + MAX_CHARS))
                end = min(max(end, first + 1), first + MAX_ROWS, n)
                yield base + first, base + end
                first = end

    def read(self, first: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        base, data, offsets = next(a for a in reversed(self._arrays) if a[0] <= first)
        part = offsets[first - base : end - base + 1].astype(np.int64)
        return data, part[:-1], part[1:]


def _cast(array: Any) -> Any:
    import pyarrow as pa

    try:
        return array.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(f"{_ADVICE}, got Arrow {array.type}", place="texts") from None


def _arrow_buffers(array: Any) -> tuple[np.ndarray, np.ndarray]:
    """Data and offsets of a string array, without a copy."""
    import pyarrow as pa

    _, offsets, data = array.buffers()
    dtype = np.int64 if pa.types.is_large_string(array.type) else np.int32
    if offsets is None or len(array) == 0:
        return np.zeros(0, dtype=np.uint8), np.zeros(1, dtype=dtype)
    ends = np.frombuffer(offsets, dtype=dtype)[array.offset : array.offset + len(array) + 1]
    if data is None or data.size == 0:
        return read_only(np.zeros(0, dtype=np.uint8)), ends
    return read_only(np.frombuffer(data, dtype=np.uint8)), ends


def read_only(data: np.ndarray) -> np.ndarray:
    """A view Numba has one type for, wherever the bytes come from."""
    if data.flags.writeable:
        data = data.view()
        data.flags.writeable = False
    return data


def as_texts(texts: Any) -> Texts:
    """The column of texts that `texts` is.

    Raises
    ------
    InputError
        One str, bytes, a generator or anything else that is no column of str.
    """
    if isinstance(texts, (list, tuple)):
        return Texts(texts)
    if isinstance(texts, (str, bytes)):
        raise InputError(f"{_ADVICE}, got one {type(texts).__name__}", place="texts",
                         remedy="wrap it in a list")  # fmt: skip
    if isinstance(texts, np.ndarray):
        if texts.ndim != 1 or texts.dtype.kind not in "OUT":
            raise InputError(
                f"{_ADVICE}, got an array of shape {texts.shape}, dtype {texts.dtype}",
                place="texts",
            )
        return Texts(texts)
    module = type(texts).__module__.partition(".")[0]
    if module == "pyarrow" and hasattr(texts, "type") and hasattr(texts, "null_count"):
        return ArrowTexts(texts)
    if module == "pandas" and hasattr(texts, "array"):
        column = getattr(texts.array, "_pa_array", None)
        if column is not None:
            return ArrowTexts(column)
        return Texts(np.asarray(texts, dtype=object))
    if module == "polars" and hasattr(texts, "null_count"):
        return _polars(texts)
    if hasattr(texts, "__next__"):
        raise InputError(
            f"{_ADVICE}, got a {type(texts).__name__}", place="texts",
            remedy="use decision_function_iter",
        )  # fmt: skip
    if isinstance(texts, Sequence):
        return Texts(texts)
    raise InputError(f"{_ADVICE}, got {type(texts).__name__}", place="texts")


def _polars(series: Any) -> Texts:
    if series.null_count():
        row = int(np.flatnonzero(series.is_null().to_numpy())[0])
        raise InputError(
            "expected str, got null", place=f"texts[{row}]", remedy="fill or drop nulls first"
        )
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return Texts(series.to_list())
    return ArrowTexts(series.to_arrow())
