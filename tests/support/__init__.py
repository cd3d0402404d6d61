"""What several of the tests from outside share."""
