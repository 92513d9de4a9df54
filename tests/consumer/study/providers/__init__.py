"""Who writes study material, against servers that speak the real protocols."""
