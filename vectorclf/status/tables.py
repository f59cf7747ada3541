"""Tables of weights that come with the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from vectorclf.errors import ModelFormatError

Table = TypeVar("Table")
Made = TypeVar("Made")


def read_table(path: Path, kind: type[Table], make: Callable[[Table], Made], name: str) -> Made:
    """What `make` makes of the table in a JSON file.

    Parameters
    ----------
    path : Path
    kind : type
        A `msgspec.Struct`.
    make : callable
        Raises ValueError or KeyError where the table's content will not do.
    name : str
        What the table is of, for the message.

    Raises
    ------
    ModelFormatError
    """
    try:
        return make(msgspec.json.decode(path.read_bytes(), type=kind))
    except (OSError, ValueError, KeyError) as error:
        raise ModelFormatError(f"expected a table of {name} weights: {error}",
                               place=str(path), remedy="install vectorclf again") from error
