"""A world that never was: the inputs of a county's or city's years of training, from one seed.

    plan    what happens when, by whom and on which ground, as commands in the order of time
    feed    every command through the same door as anybody's: decided, refused or recorded
    label   what was planted against the rules, and what only looks like it; never told the ledger

Nobody in it exists. Names are thrown together, identity numbers bear the code of a region that
does not exist, telephone numbers are of a range that no operator has.
"""
