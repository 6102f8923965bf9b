"""A write load that remembers what the server acknowledged, and checks it afterwards."""

import http.client
import itertools
import random
import threading

from . import wire
from .scene import NEW_PASSWORD, PASSWORD

# What a caller may see while the server or its database goes away.
GONE = (OSError, http.client.HTTPException, ValueError)


class Load:
    """Threads that make users, change passwords and revoke tokens in one pool until stopped."""

    def __init__(self, server, threads=6):
        self.pool = server.call("CreateUserPool", {"PoolName": "load"}).json()["UserPool"]["Id"]
        self.client = server.call("CreateUserPoolClient", {
            "UserPoolId": self.pool, "ClientName": "load",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        }).json()["UserPoolClient"]["ClientId"]
        self.users = {}
        self.passwords = {}
        self.on_their_way = {}
        self.revoked = []
        self.tried = set()
        self.wrong = []
        self._numbers = itertools.count()
        self._threads_wanted = threads
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._threads = []
        self._seen = 0
        self._progress = threading.Condition(self._lock)

    def begin(self, url, patient=False):
        """Starts the threads. Patient ones go on after a failed connection or a 500."""
        self._enough.clear()
        self._threads = [
            threading.Thread(target=self._work, args=(url, patient))
            for _ in range(self._threads_wanted)
        ]
        for thread in self._threads:
            thread.start()

    def wait_for(self, more, seconds=60):
        """Waits until this many further users were acknowledged."""
        with self._progress:
            wanted = self._seen + more
            assert self._progress.wait_for(lambda: self._seen >= wanted, seconds), (
                f"only {self._seen} of {wanted} users were acknowledged in {seconds} s; "
                f"odd answers: {self.wrong[:3]}"
            )

    def end(self):
        self._enough.set()
        for thread in self._threads:
            thread.join()
        assert not self.wrong, self.wrong[:5]

    def _work(self, url, patient):
        session = wire.Session(url)
        while not self._enough.is_set():
            try:
                self._one(session)
            except GONE:
                session.close()
                if not patient:
                    return
                session = wire.Session(url)
        session.close()

    def _ask(self, session, operation, body):
        """The answer when it was acknowledged, None when it failed cleanly."""
        reply = session.call(operation, body)
        if reply.status == 200:
            return reply.json() if reply.body else {}
        if reply.status != 500 or reply.error != "InternalErrorException":
            with self._lock:
                self.wrong.append((operation, reply.status, reply.body[:200]))
        return None

    def _one(self, session):
        name = f"user{next(self._numbers)}"
        who = {"UserPoolId": self.pool, "Username": name}
        with self._lock:
            self.tried.add(name)
        made = self._ask(session, "AdminCreateUser", who | {
            "MessageAction": "SUPPRESS",
            "UserAttributes": [{"Name": "email", "Value": f"{name}@example.com"}],
        })
        if made is None:
            return
        with self._progress:
            self.users[name] = made["User"]
            self._seen += 1
            self._progress.notify_all()
        for password in (PASSWORD, NEW_PASSWORD):
            with self._lock:
                self.on_their_way[name] = password
            done = self._ask(session, "AdminSetUserPassword", who | {
                "Password": password, "Permanent": True,
            })
            if done is None:
                return
            with self._lock:
                self.passwords[name] = password
        tokens = self._ask(session, "InitiateAuth", {
            "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": NEW_PASSWORD},
        })
        if tokens is None:
            return
        token = tokens["AuthenticationResult"]["RefreshToken"]
        done = self._ask(session, "RevokeToken", {"Token": token, "ClientId": self.client})
        if done is not None:
            with self._lock:
                self.revoked.append(token)

    def check(self, server, sample=40):
        """Everything acknowledged is there, and nothing is there by halves."""
        listed = self._listed(server)
        missing = set(self.users) - set(listed)
        assert not missing, f"acknowledged but lost: {sorted(missing)[:5]}"
        unknown = set(listed) - self.tried
        assert not unknown, f"never asked for: {sorted(unknown)[:5]}"
        for name, user in self.users.items():
            assert listed[name]["Attributes"] == user["Attributes"]
        in_flight = [name for name in self.tried if name not in self.users]
        for name in in_flight[-sample:]:
            self._whole_or_absent(server, name, name in listed)
        for name in _some(sorted(self.passwords), sample):
            self._signs_in(server, name)
        for token in _some(self.revoked, sample):
            reply = server.call("InitiateAuth", {
                "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
                "AuthParameters": {"REFRESH_TOKEN": token},
            })
            assert reply.message == "Refresh Token has been revoked", reply

    def _listed(self, server):
        found, token = {}, {}
        while True:
            page = server.call("ListUsers", {"UserPoolId": self.pool} | token).json()
            for user in page["Users"]:
                assert user["Username"] not in found
                found[user["Username"]] = user
            if "PaginationToken" not in page:
                return found
            token = {"PaginationToken": page["PaginationToken"]}

    def _whole_or_absent(self, server, name, listed):
        reply = server.call("AdminGetUser", {"UserPoolId": self.pool, "Username": name})
        by_email = server.call("ListUsers", {
            "UserPoolId": self.pool, "Filter": f'email = "{name}@example.com"',
        }).json().get("Users", [])
        assert (reply.status == 200) == listed == bool(by_email), name
        # The name is either taken by a whole user or free for a new one.
        again = server.call("AdminCreateUser", {
            "UserPoolId": self.pool, "Username": name, "MessageAction": "SUPPRESS",
        })
        if listed:
            assert again.error == "UsernameExistsException"
        else:
            assert again.status == 200, again
            self.users[name] = again.json()["User"]

    def _signs_in(self, server, name):
        """With the acknowledged password, or with the later one that was on its way."""
        for password in {self.passwords[name], self.on_their_way[name]}:
            reply = server.call("InitiateAuth", {
                "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": name, "PASSWORD": password},
            })
            if reply.status == 200 and "AuthenticationResult" in reply.json():
                return
        raise AssertionError(f"{name} cannot sign in: {reply}")


def _some(values, count):
    """The newest ones, and others by chance."""
    newest = values[-count // 2:]
    rest = values[: len(values) - len(newest)]
    return newest + random.sample(rest, min(len(rest), count - len(newest)))
