"""Alembic's migrations: how a database of any earlier version becomes one of this version.

`versions/` has a module per step. A step that was released is never changed, and imports nothing of socialsync: the
tables it was written for are not those of today.
"""
