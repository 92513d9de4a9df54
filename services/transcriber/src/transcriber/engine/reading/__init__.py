"""From a file to windows that are ready for the model: a pool of readers, a bounded number of decoders."""
