"""Lets the library's own tests be imported without the cipher that none of them needs here."""

import importlib.util
import sys
from types import ModuleType

if importlib.util.find_spec("Crypto") is None:
    # The library's tests import its AES cipher at the top, and that wants pycryptodome.
    cipher = ModuleType("eventsourcing.cipher")
    vars(cipher)["AESCipher"] = None
    sys.modules.setdefault("eventsourcing.cipher", cipher)
