"""A second verifier, written from the formats alone: it shares no line with the rest of evidence.

It needs nothing but Python's standard library, so it travels as one file (``assembling``) with
every archive package, and runs in ten years on a machine that never saw this project. Whatever the
one implementation overlooks, the other has to overlook as well; tests hold them against each other.

    signatures      SM3, Ed25519 and SM2 in plain Python; ML-DSA-44 where ``cryptography`` is there
    notes           signed notes, keys, policies
    trees           RFC 6962: leaves, paths, and a tree that grows
    logs            a whole log in files: what was changed first, and how
    documents       receipts and exhibits
    renewals        the log's later word on the same roots
    disclosures     personal values in clear, in a bag of their own
    packages        archive packages: a bag of files with an exhibit in it
    telling         what was seen, in Chinese and English
    command         ``verify.py WHAT``
"""
