"""Rules, evaluations, alerts and notices."""
