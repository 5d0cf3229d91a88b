import re
from pathlib import Path

import orjson

from ledger.evidence.policy import Policy
from ledger.integration.witnesses import Outcome
from tests.acceptance.runbooks import Operator, headings, page, sections
from tests.acceptance.serving import Installation


def test_every_command_of_the_page_does_what_the_page_says(database: str, tmp_path: Path) -> None:
    installation, desk = Installation(tmp_path / "home", database), tmp_path / "desk"
    installation.run("init")
    desk.mkdir()
    operator = Operator(installation, desk)
    log = installation.run("evidence", "keys").stdout.splitlines()[0]
    (desk / "log.vkey").write_text(f"{log}\n")
    told = sections("witness.md")
    status = orjson.loads(operator.types(*told.pop("At the witness")))
    assert status["logs"][log.partition("+")[0]]["vkeys"] == [log]
    operator.types(*told.pop("At the log"))
    policy = Policy.parse((desk / "policy").read_bytes())
    assert policy.quorum == "sjj"
    assert str(policy.witnesses["sjj"].key) == (desk / "witness.vkey").read_text().strip()
    assert told == {}


def test_the_page_tells_of_every_answer_and_has_both_languages() -> None:
    told = set(re.findall(r"`([a-z-]+)`", page("witness.md")))
    # A witness that remembers more than it was asked for is asked again by itself.
    assert {str(one) for one in Outcome} - {"cosigned", "ahead"} <= told
    for heading in headings("witness.md"):
        assert re.search(r"[\u4e00-\u9fff]+ · [A-Z]", heading)
