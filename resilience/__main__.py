"""`python -m resilience` is the command `resilience`."""

from resilience.cli import main

if __name__ == "__main__":
    main()
