"""The files of archived documents, each under the SHA-256 of its bytes.

    incoming      a file on its way in: spooled, hashed, and kept only if it is what it should be
    store         what a store can do, whatever lies behind it
    directory     files in a directory
    s3            objects of an S3-compatible service, by the library ``minio``
    place         which of them an installation has

Nothing here knows of classes or entries: who may bring or take a file is asked before.
"""
