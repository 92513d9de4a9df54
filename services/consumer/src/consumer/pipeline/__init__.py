"""The job: download, audio, transcribe, write, publish. Start reading at `pipeline.run`."""
