"""Find the defibrillator that can be fetched."""
