"""What several test files need: servers, checkouts, faults and crashes. Nothing here is a test."""
