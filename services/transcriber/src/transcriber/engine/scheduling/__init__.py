"""Which windows of which request go to the model next: pure policy, and the lock around it."""
