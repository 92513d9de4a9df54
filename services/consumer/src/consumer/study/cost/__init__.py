"""What study material costs, before and after it is written."""
