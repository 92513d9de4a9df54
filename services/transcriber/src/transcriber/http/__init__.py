"""HTTP: the server, what stands around each request, the service behind the routes. Start at `app.create_app`."""
