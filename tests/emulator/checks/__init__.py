"""The emulator's own tests: they speak to it through boto3, as an SDK that knows nothing of it."""
