"""``python -m vectorclf``: the command line."""

from vectorclf.cli import main

if __name__ == "__main__":
    main()
