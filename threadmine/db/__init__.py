"""The database: the only room that knows SQL, and the only state the program has.

``session`` opens it, ``store`` writes threads, ``queries`` answers questions with the types of
:mod:`threadmine.model`, ``export`` gives the rows of the contract. No row of the schema leaves this room.
"""
