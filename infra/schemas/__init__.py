"""JSON Schemas of what a lecture becomes, for whoever reads it in another language than Python."""
