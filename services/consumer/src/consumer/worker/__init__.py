"""Works a queue: receives messages, holds leases, decides what an error means; knows nothing of what a job is."""
