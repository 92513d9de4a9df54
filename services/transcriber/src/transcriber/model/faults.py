"""What an error of CTranslate2's means, by its words: it has one class for all."""

from transcriber.model.backend import Fault

OUT_OF_MEMORY = ("out of memory", "cudaErrorInvalidDevice", "CUBLAS_STATUS_ALLOC_FAILED", "cudaErrorMemoryAllocation")
DEVICE_LOST = (
    "illegal memory access",
    "unspecified launch failure",
    "device-side assert",
    "misaligned address",
    "uncorrectable ECC",
    "cudaErrorUnknown",
    "CUBLAS_STATUS_EXECUTION_FAILED",
)


def fault_of(error: Exception) -> Fault:
    """Whether memory ran out, the device is lost (only a new process helps), or the rows are at fault."""
    said = str(error)
    if isinstance(error, MemoryError) or any(sign in said for sign in OUT_OF_MEMORY):
        return "out_of_memory"
    return "device_lost" if any(sign in said for sign in DEVICE_LOST) else "other"
