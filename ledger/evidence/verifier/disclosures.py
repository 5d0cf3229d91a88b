"""The second bag: personal values in clear, each checked against what an entry commits to."""

import base64
import hmac
import json  # noqa: TID251 - this program knows nothing but the standard library
from typing import Any

from ledger.evidence.verifier.documents import once
from ledger.evidence.verifier.logs import Read
from ledger.evidence.verifier.telling import Bad, Said

DISCLOSURE = "data/disclosure/"


def commitment_of(opening: dict[str, Any]) -> str:
    """Return what stands in an entry for a value under its salt."""
    salt = base64.urlsafe_b64decode(opening["salt"] + "=")
    made = hmac.digest(salt, opening["value"].encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def check_disclosures(read: Read, names: list[str], events: bytes | None, said: Said) -> None:
    """Check every opening, and that the entries of the package hold what it opens."""
    count = 0
    for name in sorted(one for one in names if one.startswith(DISCLOSURE)):
        for line in (read(name) or b"").splitlines():
            try:
                opening = json.loads(line, object_pairs_hook=once)
                holds = commitment_of(opening) == opening["commitment"]
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Bad(f"披露不成形式：{name}", f"an opening out of form: {name}") from None
            if not holds:
                raise Bad(f"披露的值与承诺不符：{name}", f"not what was committed to: {name}")
            if events is not None and f'"{opening["commitment"]}'.encode() not in events:
                raise Bad(f"条目中没有此承诺：{name}", f"no entry commits to this: {name}")
            count += 1
    said.good(f"{count} 个值与其承诺相符", f"{count} values are those that were committed to")
    if events is None:
        said.note(
            "未与条目比对：请用 --of 指明所属的档案包",
            "not compared with entries: name the package that it belongs to by --of",
        )
