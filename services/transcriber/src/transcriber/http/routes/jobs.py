"""/jobs: send a file and leave; ask how far it is, fetch the result in any format, or have a webhook told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from transcriber import errors
from transcriber.http import formats, problems
from transcriber.http.auth import require_key
from transcriber.http.formats import Parts
from transcriber.http.jobs.jobs import Job
from transcriber.http.jobs.kept_job import KeptJob
from transcriber.http.problems import retry_after
from transcriber.http.routes import openapi_jobs
from transcriber.http.routes.transcribing import TheService, begun, check_model, received, service_of
from transcriber.http.routes.transcriptions import line, response
from transcriber.http.streaming import HEARTBEAT_S, StreamingAnswer, with_heartbeat
from transcriber.http.upload import fields, options
from transcriber.http.upload.uploads import query_of
from transcriber.schemas import Accepted, EngineEvent, Failed, JobView, Progress, Transcript

router = APIRouter(prefix="/jobs", tags=["jobs"], dependencies=[Depends(require_key)])
FIELDS = (*options.NAMES, "model", "webhook")
RESULT_FIELDS = ("format", "cues", *options.LAYOUT)
ASK_AGAIN_S = 10.0  # at most, however long it will take: it may fail


@router.post("", status_code=202, response_model=JobView, **openapi_jobs.posted())
async def post_job(request: Request) -> Response:
    """Queue one file, sent as the form field `file` or as the raw body; its address is in `Location`."""
    service = service_of(request)
    with ExitStack() as stack:
        engine = stack.enter_context(service.slot())
        upload = stack.enter_context(await received(request, FIELDS))
        check_model(upload.value("model"), service)
        if webhook := upload.value("webhook"):
            service.jobs.webhooks.check(webhook)
        wanted = options.options(upload)
        whole = wanted.model_copy(update={"word_timestamps": True})  # subtitles are made of words
        job = KeptJob(begun(request, engine, upload, whole, about={}), Parts(wanted.word_timestamps, None), webhook)
        await service.jobs.begin(job, stack.pop_all())
    view = job.view()
    headers = {"Location": f"/jobs/{job.id}", "X-Eta-Seconds": str(view.eta_s)}
    return Response(view.model_dump_json(), 202, headers, media_type="application/json")


@router.get("/{job_id}", response_model=JobView, **openapi_jobs.asked())
async def get_job(job_id: str, service: TheService) -> Response:
    """How far it is, and the transcript once it is done."""
    job = service.jobs.get(job_id)
    view = job.view()
    if view.state == "done":
        body = await asyncio.to_thread(_with_result, job)
        return Response(body, media_type="application/json")
    return Response(view.model_dump_json(), headers=_ask_again(job), media_type="application/json")


@router.get("/{job_id}/result", response_model=Transcript, **openapi_jobs.result())
async def job_result(job_id: str, request: Request, service: TheService) -> Response:
    """The transcript in any format but ndjson. 409 while it is under way, the job's own error where it failed."""
    job = service.jobs.get(job_id)
    asked = fields.Asked(query_of(request))
    fields.without_effect(asked.fields, RESULT_FIELDS)
    output_format, layout = options.output_format(asked), options.cue_layout(asked)
    if output_format == "ndjson":
        raise errors.BadOption("format 'ndjson' is at /jobs/ID/events")
    cues = options.flag("cues", asked.value("cues") or "false")
    if job.problem:
        return JSONResponse(job.problem.model_dump(), job.problem.status, media_type=problems.MEDIA_TYPE)
    if job.state != "done":
        raise errors.NotDone("the job is under way: ask again", min(ASK_AGAIN_S, job.eta_s))
    parts = Parts(job.parts.words, layout if cues else None)
    return await asyncio.to_thread(lambda: response(job.transcript(), output_format, layout, parts))


@router.get("/{job_id}/events", response_class=Response, **openapi_jobs.events())
async def job_events(job_id: str, service: TheService) -> StreamingAnswer:
    """All it has said and will say, an event a line, as /transcribe has it with format=ndjson; for many readers."""
    job = service.jobs.get(job_id)
    return StreamingAnswer(_lines(job), lambda: None, formats.MEDIA_TYPES["ndjson"], {})


@router.delete("/{job_id}", status_code=204, **openapi_jobs.deleted())
async def delete_job(job_id: str, service: TheService) -> Response:
    """Stop it if it is under way; forget its result."""
    service.jobs.forget(job_id)
    return Response(status_code=204)


def _written(event: EngineEvent, parts: Parts) -> str:
    return line(parts.event(event))


def _with_result(job: Job) -> str:
    return job.view().model_copy(update={"result": job.parts.transcript(job.transcript())}).model_dump_json()


def _ask_again(job: Job) -> dict[str, str]:
    return {} if job.ended_at else {"Retry-After": retry_after(min(ASK_AGAIN_S, job.eta_s))}


async def _lines(job: Job) -> AsyncIterator[str]:
    yield line(Accepted(request_id=job.id, eta_s=job.eta_s))
    progress = Progress(transcribed_s=0, duration_s=None)
    async for event in with_heartbeat(job.events(), HEARTBEAT_S):
        progress = event if isinstance(event, Progress) else progress
        yield await asyncio.to_thread(_written, event or progress, job.parts)
    if job.problem:
        yield line(Failed(problem=job.problem))
