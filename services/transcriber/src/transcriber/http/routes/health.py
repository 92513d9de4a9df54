"""Is it alive, is it ready, and what does Prometheus see. No key is asked for."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from transcriber.http.problems import retry_after
from transcriber.http.routes import openapi, openapi_examples
from transcriber.http.service import Service
from transcriber.metrics.prometheus import MEDIA_TYPE

router = APIRouter(tags=["operation"])


@router.get("/health/live", responses=openapi.example(200, "it is alive", {"status": "alive"}))
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get(
    "/health/ready",
    responses={
        **openapi.example(200, "files are taken", openapi_examples.READY),
        **openapi.example(503, "not loaded, not warmed, failed or shutting down", openapi_examples.NOT_READY),
    },
)
async def ready(request: Request) -> JSONResponse:
    """200 once the model is loaded and warmed, with what is queued; else 503 and why."""
    service: Service = request.app.state.service
    engine = service.engine
    reason = service.not_ready()
    if engine is None or reason:
        when = {"Retry-After": retry_after(service.come_back_s())}
        return JSONResponse({"status": "not ready", "reason": reason}, 503, when)
    return JSONResponse(
        {
            "status": "ready",
            "model": engine.backend.name,
            "model_origin": engine.backend.origin,
            "device": engine.backend.device,
            "queued_audio_s": round(engine.queued_audio_s, 1),
            "predicted_wait_s": round(engine.predicted_wait_s(), 1),
            "requests": service.slots.taken,
        }
    )


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "all figures", "content": {"text/plain": {"schema": openapi.TEXT}}}},
)
async def metrics(request: Request) -> Response:
    """Prometheus' text format."""
    service: Service = request.app.state.service
    return Response(service.metrics.page(), media_type=MEDIA_TYPE)
