"""A configuration for `cenote serve`, written for one test."""

import secrets

KEY_ID, SECRET = "AKIAEXAMPLEEXAMPLE01", "example/secret+key0123456789abcdefghijkl"

REQUIRED = ('public_url = "https://id.example.com"', "behind_proxy = true")


def write_root_key(folder):
    path = folder / "root.key"
    if not path.exists():
        path.write_text(secrets.token_hex(32) + "\n")
        path.chmod(0o600)
    return path


def write_config(place, *, listen="127.0.0.1:0", required=REQUIRED, root_key=None, tables=()):
    """Writes it for this store and gives its path. `tables` come after the plain keys."""
    root_key = root_key or write_root_key(place.folder)
    if "[limits]" not in tables:
        # Tests come faster than the rates of an account allow.
        tables = (*tables, "[limits]", "request_rates = false")
    lines = [
        f'listen = "{listen}"', *required, *place.config(), f'root_key_file = "{root_key}"',
        *tables, "[[access_keys]]", f'id = "{KEY_ID}"', f'secret = "{SECRET}"',
    ]
    path = place.folder / "cenote.toml"
    path.write_text("\n".join(lines) + "\n")
    return path
