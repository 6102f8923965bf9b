"""A small SRP client of the pool's kind, written from the protocol and from nobody's code."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _arctangent_of_inverse(x, one):
    power = total = one // x
    sign, n = -1, 3
    while power:
        power //= x * x
        total += sign * (power // n)
        sign, n = -sign, n + 2
    return total


def _prime():
    """RFC 3526 group 15: 2^3072 - 2^3008 - 1 + 2^64 * (floor(2^2942 * pi) + 1690314)."""
    one = 1 << (2942 + 64)
    pi = 4 * (4 * _arctangent_of_inverse(5, one) - _arctangent_of_inverse(239, one))
    return 2**3072 - 2**3008 - 1 + 2**64 * ((pi >> 64) + 1690314)


N = _prime()
G = 2


def pad(number):
    """Minimal big-endian two's complement, as Java's BigInteger writes it."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def _number(data):
    return int.from_bytes(data, "big")


K = _number(_hash(pad(N), pad(G)))


def timestamp(at=None):
    """`Tue May 6 07:08:09 UTC 2025`: English, UTC, the day without a leading zero."""
    at = (at or datetime.now(UTC)).astimezone(UTC)
    return (
        f"{DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at.day} "
        f"{at.hour:02}:{at.minute:02}:{at.second:02} UTC {at.year}"
    )


class Client:
    """One sign-in: `a` is the private number, `public` is A as SRP_A carries it."""

    def __init__(self, a=None):
        self.a = a if a is not None else secrets.randbits(1024)
        self.big_a = pow(G, self.a, N)

    @property
    def public(self):
        return f"{self.big_a:x}"

    def key(self, pool_name, user_id, password, salt_hex, b_hex):
        salt, big_b = int(salt_hex, 16), int(b_hex, 16)
        assert big_b % N != 0, "the server's B is zero"
        identity = _hash(f"{pool_name}{user_id}:{password}".encode())
        x = _number(_hash(pad(salt), identity))
        u = _number(_hash(pad(self.big_a), pad(big_b)))
        shared = pow(big_b - K * pow(G, x, N), self.a + u * x, N)
        extracted = hmac.digest(pad(u), pad(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]

    def answer(self, pool_id, challenge, password, at=None):
        """The ChallengeResponses for the ChallengeParameters of PASSWORD_VERIFIER."""
        pool_name = pool_id.split("_", 1)[1]
        user_id = challenge["USER_ID_FOR_SRP"]
        key = self.key(pool_name, user_id, password, challenge["SALT"], challenge["SRP_B"])
        when = timestamp(at)
        return {
            "USERNAME": challenge["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "TIMESTAMP": when,
            "PASSWORD_CLAIM_SIGNATURE": sign(
                key, pool_name, user_id, challenge["SECRET_BLOCK"], when
            ),
        }


def sign(key, pool_name, user_id, secret_block, when):
    block = base64.b64decode(secret_block, validate=True)
    message = pool_name.encode() + user_id.encode() + block + when.encode()
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode()
