"""How good study material is: quotes found, wrong notes refused, what a lecture costs."""
