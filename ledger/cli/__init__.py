"""The command line: ``mingzhang``. Data to stdout, all else to stderr; exit codes mean something.

Exit codes: 0 done, 1 failed, 2 not understood, 3 integrity failure, 4 not found, 5 denied; 64 to
78 as ``sysexits.h`` says, for what the operator has to mend.
"""

import gc
import os
import signal
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import typer

from aggregates.language import Message
from ledger.cli.telling import fail
from ledger.errors import Failure

NOT_WRITTEN = 74
"""Exit code (``sysexits.h``) where the operating system refused to read or write."""
GROUPS = (
    "installing",
    "running",
    "simulating",
    "importing",
    "asking",
    "projecting",
    "verifying",
    "attesting",
    "witnessing",
    "vaulting",
    "archiving",
    "tokens",
    "measuring",
    "documenting",
)
"""The modules that add commands, in the order in which help shows them."""

app = typer.Typer(
    name="mingzhang",
    help="明账：政府补贴性职业技能培训审计账本 · an audit ledger for subsidised training",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


GARBAGE_THRESHOLD = 50_000
"""So many objects more than were freed set off a collection. A command is short, and loading what
it needs makes many objects, all of which stay: looking through them took a tenth of its time."""


def build() -> typer.Typer:
    """Return the application with all its commands, those of other packages too."""
    if not app.registered_commands:
        for group in GROUPS:
            import_module(f"ledger.cli.{group}").add(app)
        for found in entry_points(group="mingzhang.commands"):
            found.load()(app)
    return app


def _end(_number: int, _frame: object) -> None:
    sys.exit(143)


def main() -> None:
    """Run the command line; a failure is told in the reader's language, never as a trace."""
    # A polite end unwinds what is open: the embedded server is left, not abandoned.
    signal.signal(signal.SIGTERM, _end)
    gc.set_threshold(GARBAGE_THRESHOLD)
    if sys.stdout is None:
        # Closed by whoever called: there is nobody to tell.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as we run
    try:
        try:
            build()()
        finally:
            # Here, where it can still be told, and not when the interpreter ends.
            sys.stdout.flush()
    except Failure as failure:
        fail(failure)
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        fail(_not_done(error))
        # What is held back still goes nowhere, so that the interpreter does not stumble over it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(NOT_WRITTEN)


def _not_done(error: OSError) -> Failure:
    what = error.strerror or type(error).__name__
    if error.filename is None:
        return Failure(Message(f"无法输出：{what}", f"the output cannot be written: {what}"))
    where = error.filename
    return Failure(Message(f"无法读写 {where}：{what}", f"cannot use {where}: {what}"))
