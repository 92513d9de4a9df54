"""Postgres: connections, the rows of videos and their leases, migrations."""
