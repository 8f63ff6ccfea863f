"""What we do about it: cases, concerns, clocks and contacts."""
