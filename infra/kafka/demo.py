"""The demonstration with Kafka beside it: ``make run KAFKA=1``.

The broker of the wheel, the relay, and a projector that keeps a copy in a database of its own on
the demonstration's server. The broker forgets everything when this ends; so each time the topic is
published anew and the copy rebuilt from it, which is how one goes on after such a loss.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from apache import free_ports
from wheel import WheelBroker

LINK = "/login?code="


def mingzhang(environment: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    """Start ``mingzhang`` with some words."""
    program = Path(sys.executable).with_name("mingzhang")
    reads = subprocess.PIPE if words[0] == "run" else None
    return subprocess.Popen([program, *words], env=environment, stdout=reads, text=True)


def done(environment: Mapping[str, str], *words: str) -> None:
    """Run ``mingzhang`` to its end.

    Raises:
        subprocess.CalledProcessError: it failed, and has said why.
    """
    program = Path(sys.executable).with_name("mingzhang")
    subprocess.run([program, *words], env=environment, check=True)


def main() -> int:
    """Run all of it until the demonstration ends."""
    kafka = WheelBroker(free_ports(1)[0])
    kafka.start()
    told = os.environ | {"MINGZHANG_KAFKA": f"127.0.0.1:{kafka.port}"}
    running = [mingzhang(told, "run", *sys.argv[1:])]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        out = running[0].stdout
        assert out is not None  # noqa: S101 - it was asked for
        for line in out:
            print(line, end="", flush=True)
            if LINK in line:
                break
        else:
            return running[0].wait()
        done(told, "kafka", "apply", "--replicas", "1")
        done(told, "relay", "--republish", "--once", "--demo")
        done(told, "projector", "--rebuild", "--demo")
        running += [mingzhang(told, "relay", "--demo"), mingzhang(told, "projector", "--demo")]
        print(f"MINGZHANG_KAFKA=127.0.0.1:{kafka.port}  /status", file=sys.stderr, flush=True)
        return running[0].wait()
    except KeyboardInterrupt:
        return 130
    finally:
        # A signal that comes again, by the group and by make, must not break this off.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for one in running[::-1]:
            one.terminate()
            one.wait()
        kafka.stop()


if __name__ == "__main__":
    sys.exit(main())
