"""The parts of writing study material: what is asked, in which order, and what is kept."""
