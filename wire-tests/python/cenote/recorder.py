"""A function that writes down each event that it gets, and changes nothing; some user names make it throw."""

import json
import os
import sys
from pathlib import Path


def main():
    text = sys.stdin.read()
    event = json.loads(text)
    with Path(os.environ["EVENTS"]).open("a", encoding="utf-8") as events:
        events.write(json.dumps(event) + "\n")
    if event["userName"].startswith("denied"):
        print("Boom.", file=sys.stderr)
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
