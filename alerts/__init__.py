"""What needs attention and who is told: rules, evaluations, alerts, routes and notices."""
