"""A module imports only from lower floors, and the light paths stay light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vectorclf

PACKAGE = Path(vectorclf.__file__).parent

FLOORS = [
    {"errors", "highlights", "records", "_layout", "intervals", "ranking"},
    {"_kernels", "_segment", "_segment_py", "_intrinsics", "_intrinsics_py", "_jit", "_unicode",
     "_blob", "_index", "_scratch", "_words", "codebook", "compiled", "duplicates", "texts",
     "terminal_text", "delimited"},
    {"articles", "passages", "output", "dataset", "labeled", "agreement", "calibration",
     "scoring_rule", "thresholds", "status"},
    {"model", "normalization", "rules", "skipgrams"},
    {"compile", "predictor", "checks", "background", "realism", "straddling"},
    {"scoring", "verification", "windows"},
    {"training", "evaluation", "evidence", "review", "recipe", "units", "features", "fitting",
     "folds", "figures", "comparison", "decisions", "search", "difficulties"},
    {"cards", "data_card", "model_card"},
    {"tagger", "jobs", "arrow", "report", "plots", "benchmarking"},
    {"cli"},
    {"__init__", "__main__"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Rooms a file imports, also inside functions."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vectorclf"):
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("vectorclf.")
            }
    return rooms


def source_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    room = room_of(path)
    assert room in FLOOR, f"{room} has no floor: add it to FLOORS"
    if room in ("__init__", "__main__"):
        return
    for other in imports_of(path) - {room}:
        other = other if other in FLOOR else "__init__"
        assert FLOOR[other] <= FLOOR[room], f"{room} imports {other} from a higher floor"


def test_rooms_on_a_floor_do_not_import_each_other_in_circles():
    graph = {}
    for path in source_files():
        graph.setdefault(room_of(path), set()).update(imports_of(path))
    done, path = set(), []

    def visit(room):
        assert room not in path, f"circle: {' -> '.join([*path, room])}"
        if room in done or room in ("__init__", "__main__"):
            return
        path.append(room)
        for other in graph.get(room, set()) - {room}:
            visit(other)
        path.pop()
        done.add(room)

    for room in graph:
        visit(room)


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stderr.split()}


def test_import_is_light():
    loaded = modules_after("import vectorclf")
    assert not loaded & {"sklearn", "scipy", "numba", "numpy", "pandas", "rich", "click"}


def test_tagging_does_not_import_scikit_learn():
    loaded = modules_after(
        "import vectorclf\nvectorclf.load().tag('He was paid by the KGB for the files.')"
    )
    assert not loaded & {"sklearn", "joblib", "pandas", "pyarrow"}
