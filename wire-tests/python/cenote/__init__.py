"""What the wire tests share: the server under test, real clients, and a few independent tools."""
