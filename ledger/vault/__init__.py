"""Personal data: sealed before anything decides, shown masked, opened with a purpose, erased.

An entry bears commitments; what they commit to lies here, each person's values under a data key
of that person. Destroying the key and the rows erases the person, and no proof is touched.
"""
