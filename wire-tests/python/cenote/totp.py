"""An authenticator app (RFC 6238), made of nothing but the standard library."""

import base64
import hmac
import struct

STEP = 30


class App:
    """One secret, read off the server's clock."""

    def __init__(self, secret, clock):
        self._secret = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self._clock = clock

    def code(self, steps=0):
        """The code that is shown so many steps from now."""
        step = self._clock.read()["now"] // 1000 // STEP + steps
        digest = hmac.digest(self._secret, struct.pack(">q", step), "sha1")
        start = digest[-1] & 15
        number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
        return f"{number % 10 ** 6:06}"

    def fresh(self):
        """A code that was not shown before."""
        self._clock.advance(STEP)
        return self.code()
