"""What a pick costs, beside what other ways of picking cost on the same work."""
