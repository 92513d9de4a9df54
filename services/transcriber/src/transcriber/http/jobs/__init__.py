"""Jobs: a file whose client does not wait, but asks later how far it is, and fetches the result."""
