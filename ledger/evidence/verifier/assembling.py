"""Makes the one file out of the modules: ``verify.py``, which needs nothing but Python.

The modules stand below one another in the order of their needs, without the imports that join
them; the standard library's imports move to the top. Nothing is renamed or shortened: whoever
reads the file reads the same code. ``python -m ledger.evidence.verifier.assembling`` prints it.
"""

import ast
import re
import sys
from functools import cache
from importlib.resources import files
from typing import Final

from ledger.evidence import verifier

ORDER: Final = (
    "signatures",
    "telling",
    "notes",
    "trees",
    "logs",
    "documents",
    "tokens",
    "authorities",
    "stamps",
    "renewals",
    "disclosures",
    "packages",
    "command",
)
_TO_TOOLS: Final = re.compile(r"  # (?:noqa|type): .*$")
_PACKAGE: Final = "ledger.evidence.verifier"
_HEAD: Final = '''\
#!/usr/bin/env python3
"""核验明账的日志、回执、证据材料与档案包：只需 Python 3.11，无需联网，无需本项目。

Verifies logs, receipts, exhibits and archive packages of the Mingzhang audit ledger. It needs
Python 3.11 and nothing else; where the library cryptography is installed, ML-DSA-44 signatures and
those of time stamps (RFC 3161) are checked too.

    python verify.py LOG-DIRECTORY [--policy FILE] [--held OLDER-CHECKPOINT]
    python verify.py X.tlog-proof --entry ENTRY --policy FILE
    python verify.py EXHIBIT.json [--policy FILE]
    python verify.py PACKAGE[.zip] [--policy FILE] [--tsa-roots PEM]
    python verify.py PACKAGE_PII[.zip] [--of PACKAGE[.zip]]
"""
'''


@cache
def single_file() -> str:
    """Return the text of ``verify.py``."""
    imports: list[ast.alias] = []
    names: dict[str, set[str]] = {}
    parts: list[str] = []
    for name in ORDER:
        text = files(verifier).joinpath(f"{name}.py").read_text("utf-8")
        title, *body = ast.parse(text).body
        gone = _lines_of(title)
        for node in body:
            if isinstance(node, ast.Import):
                imports += node.names
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                names.setdefault(module, set()).update(one.name for one in node.names)
            else:
                continue
            gone |= _lines_of(node)
        kept = (line for number, line in enumerate(text.splitlines(), 1) if number not in gone)
        rule = f"# {'-' * 10} {name} {'-' * (86 - len(name))}"
        code = "\n".join(_TO_TOOLS.sub("", line) for line in kept).strip()
        parts.append(f"{rule}\n\n{code}\n")
    plain = sorted({f"import {one.name}" for one in imports})
    joined = [
        f"from {module} import {', '.join(sorted(names[module]))}"
        for module in sorted(names)
        if not module.startswith(_PACKAGE)
    ]
    return "\n".join((_HEAD, *plain, *joined, "\n", "\n\n".join(parts)))


def _lines_of(node: ast.stmt) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


if __name__ == "__main__":
    sys.stdout.write(single_file())
