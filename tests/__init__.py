"""The system from outside: over HTTP, in a browser, installed and removed."""
