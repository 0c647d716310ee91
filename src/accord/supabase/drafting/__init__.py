"""The next migration, drafted from the models.

Rule: what a draft does to a database was done to a scratch database first, and the outcome was
compared with the catalogue of what the models ask for. No value is lost: what is declared no more
is put aside under a name that begins with ``_deprecated_``, until a migration is asked for that
drops it.
"""
