"""How Lectern is run: AWS, containers' surroundings, dashboards, and the sandbox of `./dev demo`."""
