"""Who reads entries asks ``entry``: on a copy that ends at the mark, and the table does not."""

import re

from tests.architecture.tree import File, texts

TABLE = re.compile(r"(?:\bfrom|\bjoin)\s+ledger\.entry\b(?!\s+import)")
READERS = ("ledger/api/", "ledger/application/", "ledger/web/", "projections/")
"""What a copy is served by; the rest runs where the log itself is, or keeps the copy."""
COUNTS_WHAT_WAITS = "ledger/application/progress.py"


def readers_of_the_table(files: tuple[File, ...]) -> list[str]:
    return [
        file.path
        for file in files
        if file.suffix in {".py", ".sql"}
        and file.path.startswith(READERS)
        and file.path != COUNTS_WHAT_WAITS
        and TABLE.search(file.text)
    ]


def test_nothing_that_a_copy_is_served_by_reads_beyond_its_mark() -> None:
    assert readers_of_the_table(texts()) == []


def test_a_reader_of_the_table_is_found() -> None:
    bad = (
        File("projections/trail/queries.py", '"select body from ledger.entry where position = 1"'),
        File("ledger/web/one_entry.py", '"select 1 from t left join ledger.entry using (x)"'),
    )

    assert readers_of_the_table(bad) == [one.path for one in bad]
    assert readers_of_the_table((File("ledger/api/x.py", "from ledger.entry import Draft"),)) == []
