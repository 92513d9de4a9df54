"""The process that decodes one upload: the only code that knows libav, and the only one that hostile media can hurt."""
