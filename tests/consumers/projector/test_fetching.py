"""The ledger's log over HTTP, as a copy fetches from it."""

import socket
import threading

import pytest

from consumers.projector.fetching import HttpLog


@pytest.mark.parametrize("answer", [b"", b"no status at all\r\n\r\n"])
def test_an_answer_that_is_no_http_is_a_server_that_cannot_be_reached(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def once() -> None:
            asked, _ = listening.accept()
            with asked:
                asked.recv(4096)
                asked.sendall(answer)

        answering = threading.Thread(target=once)
        answering.start()
        with pytest.raises(OSError, match=r"RemoteDisconnected|BadStatusLine|closed connection"):
            HttpLog(f"http://127.0.0.1:{port}", "").read("checkpoint")
        answering.join()
