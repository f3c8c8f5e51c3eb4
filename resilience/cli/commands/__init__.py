"""The commands as typer sees them. Each body lies in a module of its own, imported when it is called."""
