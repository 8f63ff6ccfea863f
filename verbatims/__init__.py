"""Understanding texts, as pure functions: no models, no requests, no clock."""
