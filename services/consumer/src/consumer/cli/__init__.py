"""The `lectern` command: one module a job that an operator has."""
