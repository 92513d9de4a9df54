"""The whole system on one machine without Docker, cloud or key: what `./dev demo` and `./dev up` run."""
