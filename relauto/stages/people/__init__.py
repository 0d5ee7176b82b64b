"""What people decide: where they are asked, and what becomes of each answer."""
