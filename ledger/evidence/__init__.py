"""Evidence: what proves to outsiders that nothing in the log was changed.

Bytes, hashes and signatures, nothing else: no database, no web, nothing else of ours. Usable alone
and offline. The formats are those of C2SP (tlog-tiles, signed-note, tlog-checkpoint,
tlog-cosignature, tlog-witness, tlog-proof, tlog-policy) and RFC 6962.

    hashes, tree, tiles     the Merkle tree, its proofs, and how it lies in files
    note, checkpoint        signed notes, and the one that says size and root of a log
    signers, cosignature    Ed25519, ML-DSA-44 and SM2 lines; what a witness signs
"""
