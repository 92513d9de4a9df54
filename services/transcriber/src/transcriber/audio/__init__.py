"""From bytes that a stranger sent to windows of speech: decoding in a child process, voice detection, cutting."""
