"""From token files to finished model packs for Continuo."""
