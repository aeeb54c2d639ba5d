"""The emulator's own tests, which use boto3 as an ordinary client of it."""
