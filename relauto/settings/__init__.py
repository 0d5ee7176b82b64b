"""The settings of a project: every option, how their file is read, and whose token goes where."""
