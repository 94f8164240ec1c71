"""Turn results into files and documents; no calculation here."""
