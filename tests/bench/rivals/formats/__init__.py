"""Weights of CTranslate2 in the formats of others, so that all run the same model."""
