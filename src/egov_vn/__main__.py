"""`python -m egov_vn` is `egov-vn`."""

from egov_vn.cli import main

if __name__ == "__main__":
    main()
