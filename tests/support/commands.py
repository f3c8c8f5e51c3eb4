"""Commands called within the process of a test."""

from typer.testing import CliRunner

from resilience.cli import app


def call(*arguments, code: int = 0) -> tuple[str, str]:
    """What a command prints on stdout and stderr, once it has ended with `code`."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    return done.stdout, done.stderr
