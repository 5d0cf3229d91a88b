"""Evidence: what proves to outsiders that nothing in the log was changed.

Bytes, hashes and signatures, nothing else: no database, no web, nothing else of ours. Usable alone
and offline. The formats are those of C2SP (tlog-tiles, signed-note, tlog-checkpoint,
tlog-cosignature, tlog-witness, tlog-proof, tlog-policy) and RFC 6962.

    hashes, tree, tiles                 the Merkle tree, its proofs, and how it lies in files
    reading, writing                    a log in files: behind a reader, from a list of entries
    note, checkpoint                    signed notes; the one that says size and root of a log
    signers, cosignature, keys          Ed25519, ML-DSA-44 and SM2; keys as they are written down
    witness, policy                     what a witness answers; whose signatures it takes
    receipt, promise, stream_heads      what a submitter holds; that nothing was left out
    audit, locating, findings           a whole log derived again; what was done, and where
    own_words                           what a log says of its own heads and roots, held against it

Indexes of leaves count from 0, as the formats do; a ``position`` of the ledger is one more.
"""
