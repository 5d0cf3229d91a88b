"""A port that nobody listens on."""

import socket


def free_port() -> int:
    """Return it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port
