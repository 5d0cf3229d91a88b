"""Integration: the trees over the log's entries in PostgreSQL, and the heads that are signed.

trees                       which trees there are, and under which names they are known
integrator                  extends them by what was appended, from the entries' bytes
signing, publishing         heads are signed, and stored for everybody
log_keys, key_lives         what they are signed with; what the log says of these keys
witnesses, cosigning        other bodies are asked to cosign
stamping                    time-stamping authorities are asked to stamp
standing, vouching          how the witnesses stand; who was asked to vouch
exporting, slices, beside   the log as files
storing                     the statements: state, tiles, checkpoints, faults
"""
