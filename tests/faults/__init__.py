"""Consumers are killed, frozen and stopped, and everything around them fails: what is true in the end."""
