"""The log-mel spectrogram of faster-whisper's FeatureExtractor, batched and on any device."""

import torch
from torch import Tensor, nn

HOP, FFT, MELS = 160, 400, 80


class LogMel(nn.Module):
    """Audio (B, S) at 16 kHz to mel frames (B, 80, S / 160); frames after `valid` samples are zero, as in Whisper."""

    filters: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        from faster_whisper.feature_extractor import FeatureExtractor

        filters = FeatureExtractor(feature_size=MELS).mel_filters
        self.register_buffer("filters", torch.as_tensor(filters, dtype=torch.float32), persistent=False)
        self.register_buffer("window", torch.hann_window(FFT), persistent=False)

    @torch.no_grad()
    def forward(self, audio: Tensor, valid: Tensor) -> Tensor:
        """The spectrogram."""
        spectrum = torch.stft(audio, FFT, HOP, window=self.window, return_complex=True)[..., :-1]
        mel = torch.log10((self.filters @ spectrum.abs() ** 2).clamp(min=1e-10))
        heard = torch.arange(mel.shape[-1], device=mel.device) < (valid[:, None] // HOP)
        loudest = mel.masked_fill(~heard[:, None], -10.0).amax((1, 2), keepdim=True)
        return ((torch.maximum(mel, loudest - 8.0) + 4.0) / 4.0) * heard[:, None]
