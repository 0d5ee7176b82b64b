"""The playbook's stages: one module each, every automated step an `observe` that may offer an action."""
