"""The API key: optional, compared in constant time."""

import secrets
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from transcriber.errors import Unauthorized
from transcriber.http.service import Service

BEARER = HTTPBearer(auto_error=False, scheme_name="API key", description="only where the service has an API_KEY")


async def require_key(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
) -> None:
    """Raises Unauthorized unless the request carries the key, where one is set."""
    service: Service = request.app.state.service
    key = service.settings.api_key
    if key is None:
        return
    sent = bearer.credentials.strip() if bearer else request.headers.get("x-api-key", "")
    if not secrets.compare_digest(sent.encode("latin-1"), key.get_secret_value().encode()):
        raise Unauthorized("the API key is missing or wrong: send it as Authorization: Bearer …")
