"""What clients can ask: our own routes, OpenAI's, the page, health and the OpenAPI document."""
