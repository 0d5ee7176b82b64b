"""What members of the cast do when a scenario asks for it, a module each: `act(errand)` as a role's."""
