"""The README is a transcript: its commands run and print what it shows."""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vectorclf

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WIDTH = "88"
BLOCKS = re.findall(r"```(console|python)\n(.*?)```", README, re.S)


def on_a_terminal(command: str) -> str:
    """What a command prints on a terminal, without colours."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "COLUMNS": WIDTH, "TERM": "dumb", "NO_COLOR": "1",
                   "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(command, shell=True, stdout=writer, stderr=subprocess.PIPE,
                               cwd=ROOT, env=environment)
    os.close(writer)
    chunks = []
    while True:
        try:
            chunk = os.read(reader, 65536)
        except OSError:  # Linux says EIO when the last writer has gone
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(reader)
    assert process.wait() == 0, process.stderr.read()
    process.stderr.close()
    return b"".join(chunks).decode().replace("\r\n", "\n")


def transcripts():
    """(command, shown output) of every ``$ vectorclf`` line in a console block."""
    for kind, body in BLOCKS:
        if kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
                command, _, shown = part.partition("\n")
                if command.startswith("vectorclf"):
                    yield command, shown


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
@pytest.mark.parametrize(("command", "shown"), list(transcripts()))
def test_commands_print_what_the_readme_shows(command, shown):
    if "../shared" in command and not (ROOT / "../shared").exists():
        pytest.skip("the external data is not here")
    if not shown.strip():
        return
    printed, expected = lines(on_a_terminal(command)), lines(shown)
    if expected[-1].strip() == "...":
        expected.pop()
        printed = printed[: len(expected)]
    assert printed == expected


def test_python_runs_as_shown():
    code = "\n".join(body for kind, body in BLOCKS if kind == "python")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_version_is_the_package_s():
    assert vectorclf.__version__ in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"## {vectorclf.__version__}" in (ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    ) or "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
