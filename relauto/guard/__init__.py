"""What must not reach a reader: customers' terms and secrets, found however they are written. Pure."""
