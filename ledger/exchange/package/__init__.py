"""The archive package of a class (一期一档): all of it, to be verified without this program.

    gathering     what the log, the read models and the document store hold of a class
    proving       paths to the roots of both trees, receipts, keys, policy
    completeness  the log's own word that streams are whole
    tables        entries as lines and as a table, the list of documents
    four_checks   真实性、完整性、可用性、安全性 (DA/T 70-2018), each looked at and not only claimed
    metadata      DA/T 46-2009, DA/T 48-2009, PREMIS 3
    report        the report for people, PDF/A in Chinese
    reading       how to read and verify it, in both languages
    schemas       the forms of the entries, as JSON Schema
    vectors       what a verifier has to accept and to refuse
    bag           BagIt (RFC 8493): manifests of SHA-256 and SM3, a directory or a zip
    building      all of it together
    disclosing    the second bag: personal values in clear, which may be erased by itself

The same class under the same checkpoint gives the same bytes, whoever builds it and whenever.
"""
