"""Pictures for the README, and what they show."""
