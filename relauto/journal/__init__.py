"""The log of an incident, kept on a branch of the ops repository. `format` specifies how it lies there."""
