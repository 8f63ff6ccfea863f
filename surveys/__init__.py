"""What we ask and what they answer: definitions, versions, invitations and responses."""
