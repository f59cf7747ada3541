"""Everything that can go wrong for a reason the caller can mend.

One root, `VectorclfError`. A message says place, expected, got, remedy, and the
fields carry the same facts for programs.
"""


class VectorclfError(Exception):
    """Root of all errors raised on purpose.

    Parameters
    ----------
    message : str
        What was expected and what was found.
    place : str, optional
        File, line, field, row or parameter the message is about.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        self.message = message
        self.place = place
        self.remedy = remedy
        text = f"{place}: {message}" if place else message
        super().__init__(f"{text}; {remedy}" if remedy else text)

    def __reduce__(self):  # a worker's error must survive the trip to the parent
        return _rebuild, (type(self), dict(self.__dict__), self.args)


def _rebuild(kind, state, args):
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InputError(VectorclfError, ValueError):
    """An article, a row or a text that cannot be taken as it is."""


class MissingInputError(VectorclfError, OSError):
    """A path that does not exist, cannot be read, or holds nothing to read."""


class OutputError(VectorclfError, OSError):
    """A place that cannot be written, or belongs to another job."""


class CodebookError(VectorclfError, ValueError):
    """A codebook that is malformed, or a label it does not hold."""


class DatasetError(VectorclfError, ValueError):
    """Coded passages that break the schema or cannot be trained on."""


class ModelFormatError(VectorclfError, ValueError):
    """A model file that is damaged, hostile, or of another format version."""


class CompileError(VectorclfError, ValueError):
    """A pipeline with a part that has no exact compiled form.

    Attributes
    ----------
    step, parameter : str
        Where in the pipeline.
    value : object
        What was found there.
    supported : str
        What is supported instead.
    """

    def __init__(self, step: str, parameter: str, value: object, supported: str) -> None:
        self.step = step
        self.parameter = parameter
        self.value = value
        self.supported = supported
        super().__init__(
            f"expected {parameter} to be {supported}, got {value!r}",
            place=step,
        )


class MissingExtraError(VectorclfError, ImportError):
    """An optional library that the asked-for feature needs."""

    def __init__(self, feature: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        super().__init__(
            f"{feature} needs the extra {extra!r}",
            remedy=f'try pip install "vectorclf[{extra}]"',
        )
