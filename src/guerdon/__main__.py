"""Running the package runs the command: `python -m guerdon`."""

from guerdon.cli.main import main

if __name__ == "__main__":
    main()
