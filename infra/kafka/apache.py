"""A real Apache Kafka on this machine, without containers: one broker or three.

    python infra/kafka/apache.py start [--brokers 3] [--port 19092] [--folder kafka-data]
    python infra/kafka/apache.py stop [--folder kafka-data]

Java 17 and Maven are needed. The libraries come from wherever this machine's Maven takes them, in
the versions of ``pom.xml``; the SHA-256 of every file is compared with ``libraries.sha256``. For
developing and testing: brokers listen on this machine alone, in plain text.
"""

import argparse
import base64
import fcntl
import os
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from signal import Signals
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from uuid import UUID, uuid5

HERE = Path(__file__).parent
SUMS = HERE / "libraries.sha256"
JAVA_MIN = 17
START_SECONDS = 90.0
STOP_SECONDS = 30.0
HEAP = "-Xmx512m"
"""Per broker. A broker in earnest has more, see KAFKA-19890."""
NAMESPACE = UUID("5a0c57ee-8ad5-5cf3-8f6f-3b1f54b4f0f4")

SERVER = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{advertised}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
num.partitions=1
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor={replicas}
transaction.state.log.replication.factor={replicas}
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class Missing(RuntimeError):  # noqa: N818 - the word says it
    """Something that this machine lacks, or that is not as expected."""


def lacking() -> str:
    """Say what this machine lacks to run Apache Kafka; empty if nothing."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"no {program} on this machine"
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    number = told.partition('"')[2].partition('"')[0].partition(".")[0]
    if not number.isdigit() or int(number) < JAVA_MIN:
        return f"Java {JAVA_MIN} is needed"
    return ""


def libraries() -> Path:
    """Return a directory with all libraries, fetched once and checked each time.

    Raises:
        Missing: Maven cannot fetch them, or a file is not the one that is meant.
    """
    sums = _sums()
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = sha256(SUMS.read_bytes()).hexdigest()[:12]
    folder = home / "mingzhang" / f"kafka-{name}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as made:
            _fetch(Path(made))
            _compare(Path(made), sums)
            with suppress(OSError):  # another process was first
                Path(made).rename(folder)
            Path(made).mkdir(exist_ok=True)  # so that leaving finds what it removes
    _compare(folder, sums)
    return folder


def _fetch(folder: Path) -> None:
    print("Fetching Apache Kafka with Maven (once) ...", file=sys.stderr, flush=True)
    done = subprocess.run(
        [
            *("mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"),
            *("-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Missing(f"Maven could not fetch Apache Kafka:\n{done.stdout[-2000:]}")


def _sums() -> dict[str, str]:
    lines = (line.split() for line in SUMS.read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines}


def _found(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.jar")):
        with path.open("rb") as file:
            found[path.name] = file_digest(file, "sha256").hexdigest()
    return found


def _compare(folder: Path, sums: dict[str, str]) -> None:
    found = _found(folder)
    wrong = sorted(name for name in found.keys() | sums.keys() if found.get(name) != sums.get(name))
    if wrong:
        raise Missing(f"not the libraries that are meant, in {folder}: {', '.join(wrong)}")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


class Broker:
    """One broker, a process of its own.

    Attributes:
        number: Its number, from 1.
        port: Where it listens.
    """

    def __init__(self, number: int, port: int, folder: Path, jars: Path) -> None:
        self.number = number
        self.port = port
        self._folder = folder
        self._jars = jars
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _pid_file(self) -> Path:
        return self._folder / "pid"

    def format(self, cluster: str) -> None:
        """Prepare its directory, unless it is prepared."""
        self._run(
            "kafka.tools.StorageTool",
            *("format", "-t", cluster, "--ignore-formatted"),
            *("-c", str(self._folder / "server.properties")),
        )

    def _run(self, *words: str) -> None:
        done = subprocess.run(
            ["java", "-Xmx256m", *self._options(), *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Missing(f"{words[0]}: {done.stderr[-2000:] or done.stdout[-2000:]}")

    def _options(self) -> list[str]:
        classes = kept_classes(self._jars)
        return [
            *([f"-XX:SharedArchiveFile={classes}"] if classes.exists() else []),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
            *("-cp", f"{self._jars}/*"),
        ]

    def start(self, *options: str) -> None:
        """Start its process, with more options for Java; it is not ready yet."""
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("java", HEAP, *options, *self._options(), "kafka.Kafka"),
                    str(self._folder / "server.properties"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._pid_file.write_text(str(self._process.pid))

    def wait(self) -> None:
        """Return when it answers.

        Raises:
            Missing: it ended, or does not answer.
        """
        until = monotonic() + START_SECONDS
        while monotonic() < until:
            if not self.lives():
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            sleep(0.1)
        log = (self._folder / "broker.log").read_text("utf-8", "replace")
        raise Missing(f"broker {self.number} does not answer:\n{log[-3000:]}")

    def lives(self) -> bool:
        """Say whether its process is there."""
        pid = self._pid()
        if pid is None:
            return False
        if self._process is not None:
            return self._process.poll() is None  # a child that has ended would still be found
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True

    def _pid(self) -> int | None:
        with suppress(OSError, ValueError):
            return int(self._pid_file.read_text())
        return None

    def send(self, sign: Signals) -> None:
        """Send its process a signal."""
        pid = self._pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)

    def stop(self, sign: Signals = Signals.SIGTERM) -> None:
        """End it: politely, or as a power cut would with SIGKILL."""
        self.send(sign)
        until = monotonic() + STOP_SECONDS
        while self.lives():
            if monotonic() > until:
                self.send(Signals.SIGKILL)
            sleep(0.05)
        self._pid_file.unlink(missing_ok=True)


class ApacheKafka:
    """One broker or three, with data in a directory.

    Attributes:
        brokers: The brokers.
    """

    def __init__(
        self,
        folder: Path,
        ports: list[int],
        controllers: list[int],
        *,
        advertised: list[int] | None = None,
    ) -> None:
        """Lay the directory out, unless that was done before.

        Args:
            folder: Where data, logs and process ids are kept.
            ports: Where clients come in, one for each broker.
            controllers: Where brokers talk to each other, likewise.
            advertised: What clients are told instead of ``ports``, where they come through
                something between.
        """
        jars = self._jars = libraries()
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in enumerate(controllers, 1))
        self.brokers = []
        for number, (port, controller) in enumerate(zip(ports, controllers, strict=True), 1):
            place = folder.absolute() / f"broker-{number}"
            place.mkdir(parents=True, exist_ok=True)
            told = SERVER.format(
                number=number,
                voters=voters,
                port=port,
                controller=controller,
                advertised=port if advertised is None else advertised[number - 1],
                data=place / "data",
                replicas=len(ports),
            )
            (place / "server.properties").write_text(told)
            self.brokers.append(Broker(number, port, place, jars))
        self._cluster = _cluster_id(folder.absolute())

    @property
    def bootstrap(self) -> str:
        """Where clients come in."""
        return ",".join(f"127.0.0.1:{one.port}" for one in self.brokers)

    def start(self) -> None:
        """Start all brokers, and return when they answer."""
        if not kept_classes(self._jars).exists():
            _rehearse(self._jars)
        for one in self.brokers:
            one.format(self._cluster)
            one.start()
        for one in self.brokers:
            one.wait()

    def rehearse(self, classes: Path) -> None:
        """Start one broker and end it, and let Java write down the classes that it loaded."""
        one = self.brokers[0]
        one.format(self._cluster)
        one.start(f"-XX:ArchiveClassesAtExit={classes}")
        one.wait()
        one.stop()

    def stop(self) -> None:
        """End all brokers."""
        for one in self.brokers:
            one.send(Signals.SIGTERM)
        for one in self.brokers:
            one.stop()


def kept_classes(jars: Path) -> Path:
    """Return where Java keeps a broker's classes as loaded: a start takes half the time then."""
    java = Path(shutil.which("java") or "java").resolve()
    told = f"{java} {java.stat().st_mtime_ns}"  # another Java has classes of its own
    return jars / f"classes-{sha256(told.encode()).hexdigest()[:12]}.jsa"


def _rehearse(jars: Path) -> None:
    """Make what ``kept_classes`` names, unless somebody else is at it."""
    with suppress(BlockingIOError), (jars / ".rehearsal").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with TemporaryDirectory(dir=jars.parent) as made, suppress(FileNotFoundError):
            port, controller = free_ports(2)
            ApacheKafka(Path(made), [port], [controller]).rehearse(Path(made) / "classes")
            (Path(made) / "classes").replace(kept_classes(jars))


def _cluster_id(folder: Path) -> str:
    """Return the id of a cluster, 22 characters, of its directory; kept there once made."""
    kept = folder / "cluster-id"
    if not kept.exists():
        told = "-"
        while told.startswith("-"):  # it would be read as an option
            made = uuid5(NAMESPACE, f"{folder} {os.urandom(8).hex()}")
            told = base64.urlsafe_b64encode(made.bytes).decode().rstrip("=")
        kept.write_text(told)
    return kept.read_text()


def main() -> int:
    """Start or stop what the command line says."""
    reads = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reads.add_argument("what", choices=("start", "stop", "sums"))
    reads.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    reads.add_argument("--port", type=int, default=19092, help="of the first broker")
    reads.add_argument("--folder", type=Path, default=Path("kafka-data"))
    told = reads.parse_args()
    if told.what == "sums":
        return _print_sums()
    if told.what == "stop":
        for place in sorted(told.folder.glob("broker-*")):
            Broker(0, 0, place, place).stop()
        return 0
    lack = lacking()
    if lack:
        raise Missing(lack)
    ports = [told.port + n for n in range(told.brokers)]
    kafka = ApacheKafka(told.folder, ports, [port + 1000 for port in ports])
    kafka.start()
    print(f"MINGZHANG_KAFKA={kafka.bootstrap}")
    return 0


def _print_sums() -> int:
    """Fetch what ``pom.xml`` says and print its checksums: to be looked at when a version moves."""
    with TemporaryDirectory() as made:
        _fetch(Path(made))
        for name, digest in _found(Path(made)).items():
            print(f"{digest}  {name}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Missing as missing:
        print(missing, file=sys.stderr)
        sys.exit(69)
