"""Where files are had from; one file each."""
