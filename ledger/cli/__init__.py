"""The command line: ``mingzhang``. Data to stdout, all else to stderr; exit codes mean something.

Exit codes: 0 done, 1 failed, 2 not understood, 3 integrity failure, 4 not found, 5 denied; 64 to
78 as ``sysexits.h`` says, for what the operator has to mend.
"""

import signal
import sys
from importlib import import_module
from importlib.metadata import entry_points

import typer

from ledger.cli.telling import fail
from ledger.errors import Failure

GROUPS = (
    "installing",
    "running",
    "simulating",
    "importing",
    "asking",
    "projecting",
    "verifying",
    "attesting",
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
    try:
        build()()
    except Failure as failure:
        fail(failure)
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        sys.stderr.close()
        sys.exit(141)
