"""Servers on loopback that speak the protocol of services which cannot be reached from a test."""
