"""Pages that change a patient's record."""
