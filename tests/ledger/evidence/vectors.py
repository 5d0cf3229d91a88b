"""Published and agreed values that every implementation of the formats has to meet."""

from collections.abc import Iterator
from hashlib import sha256

LEAVES = (
    b"",
    b"\x00",
    b"\x10",
    bytes.fromhex("2021"),
    bytes.fromhex("3031"),
    bytes.fromhex("40414243"),
    bytes.fromhex("5051525354555657"),
    bytes.fromhex("606162636465666768696a6b6c6d6e6f"),
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The root of the first n leaves, for each n."""

PATH_5_8 = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)
PATH_6_7 = (
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)
PROOFS = {
    (4, 7): ("837dbb152e9b0790",),
    (3, 7): ("0298d122906dcfc1", "07506a85fd9dd2f1", "fac54203e7cc696c", "837dbb152e9b0790"),
    (6, 8): ("0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"),
}
"""How the hashes of consistency proofs begin."""

LOG_SEED = sha256(b"logkey").digest()
WITNESS_SEED = sha256(b"witness").digest()
WITNESS_TIME = 1767225600
ORIGIN = "ledger.example/audit"
LOG_VKEY = "ledger.example/audit+e082d0c5+AYA2RecPGNxXoZpN/zavqhVNggiDjZOCtOZBelmQnAQX"
WITNESS_VKEY = "witness.example/w1+a7e12144+BGG3op9v3HIXXDPBmFc/0CioJHhGCXc+pyvvFPlBZdYO"
NOTE = """\
ledger.example/audit
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— ledger.example/audit 4ILQxXfdQiklJyVJ7ukIEWCJyjvWj0gItrARp0BGwwYXM8X3pSgHAIA/HDpBrcRkJBNxWYEdlPr\
dPHhuagf4440oaQA=
— witness.example/w1 p+EhRAAAAABpVbkA/eibK0nibBH9LCBoO7qmJv//5H48pSs8qQZsPz3XPu+vLVyuhU1eWAOzyVlNO\
J/IvulAgWt8xpfFbvZ/f2dQBg==
""".encode()

BIG_SIZE = 70_000
BIG_ROOT = "zrVDEzJ8LHAkF6B5X98aKZhADyKJqFwI0y9ygEU+8/4="


def big_entries() -> Iterator[bytes]:
    """Yield the entries of the tree that crosses two levels of tiles."""
    for number in range(BIG_SIZE):
        yield b'{"seq":%d,"type":"attendance.recorded"}' % number + b"x" * (number % 97)
