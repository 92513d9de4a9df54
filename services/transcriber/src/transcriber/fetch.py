"""`transcriber fetch`: the model's files here and the device fit for it, or one line that says what is missing."""

import structlog

from transcriber import logs
from transcriber.model.device import choose_compute_type, choose_device
from transcriber.model.weights import find_weights
from transcriber.settings import Settings

log = structlog.get_logger()


def fetch(settings: Settings) -> None:
    """Check and download without loading; raises ConfigError."""
    logs.configure(settings.log_format)
    device = choose_device(settings.whisper_device)
    compute_type = choose_compute_type(settings.whisper_compute_type, device)
    weights = find_weights(settings.whisper_model)
    log.info(
        "model.here",
        model=settings.whisper_model,
        folder=str(weights.folder),
        origin=weights.origin,
        device=device,
        compute_type=compute_type,
    )
