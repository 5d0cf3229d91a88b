"""The vault's statements, kept as files in ``sql/`` so that they read and run as SQL."""

from importlib import resources

_FOLDER = resources.files("ledger.vault") / "sql"


def _read(name: str) -> bytes:
    return (_FOLDER / f"{name}.sql").read_bytes()


DATA_KEYS_MADE = _read("data_keys_made")
KEYS_DESTROYED = _read("keys_destroyed")
KEYS_RESTRICTED = _read("keys_restricted")
KEYS_TO_WRAP_ANEW = _read("keys_to_wrap_anew")
KEYS_UNDER_OLD_MASTERS = _read("keys_under_old_masters")
KEYS_WRAPPED_ANEW = _read("keys_wrapped_anew")
NOTE_TAKEN_AWAY = _read("note_taken_away")
NOTES = _read("notes")
NOTES_OF = _read("notes_of")
OWNER_READMITTED = _read("owner_readmitted")
OWNERS_DUE = _read("owners_due")
OWNERS_GONE = _read("owners_gone")
OWNERS_RETAINED = _read("owners_retained")
OWNERS_STILL_THERE = _read("owners_still_there")
PAYLOADS_ABOUT = _read("payloads_about")
PAYLOADS_ENDED = _read("payloads_ended")
RESTRICTED_VALUES = _read("restricted_values")
ROWS_OF_ERASED = _read("rows_of_erased")
SEALED_FACTS = _read("sealed_facts")
SEALED_LINKS = _read("sealed_links")
SEALED_VALUES = _read("sealed_values")
VALUES_REMOVED = _read("values_removed")
