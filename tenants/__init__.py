"""Who: users, organizations, programs, partners, teams, members, keys and the audit trail."""
