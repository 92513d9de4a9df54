"""Everything that can go wrong, and the HTTP status each becomes (the table is in `problems`).

TranscriberError
├── ConfigError          a setting is wrong: one line, exit code 2
├── MediaError           the upload cannot be used; sending it again changes nothing
│   ├── EmptyUpload          400
│   ├── TooLarge             413  more bytes than MAX_UPLOAD_BYTES
│   ├── TooLong              413  more decoded seconds than MAX_AUDIO_SECONDS
│   ├── NotAudio             415  no audio or video file
│   ├── NotSupported         415  a kind of audio that we do not take, or encrypted
│   ├── NoAudioTrack         422  a video without sound
│   └── Undecodable          422  damaged, truncated before any sound, or the decoder crashed or hung
├── BadOption            422  an unknown language, format or field value
├── UnknownModel         404  another model than the one that is loaded
├── UnknownJob           404  a job's id that was never given, or before a restart
├── NotDone              409  a job's result before its end; carries Retry-After
├── ResultGone           410  a job's result that is kept no longer
├── CutOff               503  the service ended, by no order, while the job was under way
├── Unauthorized         401  no API key, or a wrong one
├── UploadTimeout        408  the upload came too slowly
├── TookTooLong          504  longer in the service than MAX_RUN_SECONDS
├── Overloaded           503  the queue is full; carries Retry-After
├── Draining             503  the server is shutting down; carries Retry-After
├── NotReady             503  the model is not loaded and warmed yet
├── Cancelled            499  the client left
└── ModelError           500  the model failed on this file, also when tried alone
    └── DeviceLost       500  the GPU context is dead: only a new process helps
"""

EXIT_CONFIG, EXIT_MODEL, EXIT_DEVICE = 2, 3, 70  # of the process; `transcriber --help` explains them


class TranscriberError(Exception):
    """The root of this service's errors; its text may be shown to the client."""


class ConfigError(TranscriberError):
    """A setting is missing or wrong."""


class MediaError(TranscriberError):
    """The upload cannot be used."""


class EmptyUpload(MediaError):
    """Zero bytes arrived."""


class TooLarge(MediaError):
    """More bytes than allowed."""


class TooLong(MediaError):
    """More seconds of audio than allowed."""


class NotAudio(MediaError):
    """No audio or video file."""


class NotSupported(MediaError):
    """A container or codec that the service does not accept, or encrypted audio: a converted file is taken."""


class NoAudioTrack(MediaError):
    """The container holds no audio."""


class Undecodable(MediaError):
    """The audio is damaged, or decoding it crashed or hung."""


class BadOption(TranscriberError):
    """A field has a value that the service does not know."""


class UnknownModel(TranscriberError):
    """The request names a model that is not the one loaded."""


class UnknownJob(TranscriberError):
    """There is no job of that id."""


class ResultGone(TranscriberError):
    """The job's result was deleted, expired, or made room for others."""


class CutOff(TranscriberError):
    """The process in which the job was under way is no more."""


class Unauthorized(TranscriberError):
    """The API key is missing or wrong."""


class UploadTimeout(TranscriberError):
    """The upload stalled or took too long."""


class TookTooLong(TranscriberError):
    """The request was not done in the time allowed."""


class Unavailable(TranscriberError):
    """The request would be served later; `retry_after_s` says when."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotDone(Unavailable):
    """The job is under way."""


class Overloaded(Unavailable):
    """The queue is full."""


class Draining(Unavailable):
    """The server is shutting down."""


class NotReady(Unavailable):
    """The model is not loaded and warmed yet."""


class Cancelled(TranscriberError):
    """The client left before its answer was ready."""


class ModelError(TranscriberError):
    """The model failed on this file."""


class DeviceLost(ModelError):
    """The GPU context is dead; the process must end."""
