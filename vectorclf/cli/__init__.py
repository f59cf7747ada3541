"""The command line: one file a command, loaded only when it is called.

Data on stdout, all else on stderr. Exit codes: 0 done, 1 failed, 2 usage, 3 done with rejected
rows.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module

import click

from vectorclf.errors import VectorclfError

COMMANDS = (
    "tag", "explain", "report", "train", "evaluate", "compare", "check", "info", "benchmark",
)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed, not before."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return getattr(import_module(f"vectorclf.cli.{name}"), name)

    def resolve_command(self, context, args):
        try:
            return super().resolve_command(context, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if near:
                error.message += f" Did you mean {near[0]!r}?"
            raise


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vectorclf")
def cli() -> None:
    """Tag espionage recruitment motives and methods in articles, with evidence."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; a user's mistake is one line on stderr, no traceback."""
    # joblib says when it replaces a process that holds much memory: no user can do anything.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given")
    try:
        code = cli.main(args=arguments, prog_name="vectorclf", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("vectorclf: stopped", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except VectorclfError as error:
        click.echo(f"vectorclf: {error}", err=True)
        code = 130 if isinstance(error, KeyboardInterrupt) else 1
    except BrokenPipeError:
        # The reader went away (``| head``): silence the flush at exit, too.
        sys.stderr.close()
        code = 0
    except OSError as error:  # a disk, a permission; without a file's name it is a bug
        if error.filename is None:
            raise
        click.echo(f"vectorclf: {error.filename}: {error.strerror or error}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
