"""The pharmacovigilance and crisis lane, on clocks of its own."""
