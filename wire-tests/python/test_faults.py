"""Power cuts, a database that goes away, a full disk, and starts that must fail clearly."""

import os
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import threading

import psycopg
import pytest

from cenote import wire
from cenote.load import Load
from cenote.postgres import Cluster
from cenote.process import binary, refuses_to_start
from cenote.scene import PASSWORD
from cenote.serve import REQUIRED, write_config, write_root_key

ROUNDS = int(os.environ.get("CENOTE_KILL_ROUNDS", "5"))


def arguments(place):
    return ["dev", "--listen", "127.0.0.1:0", *place.arguments()]


def one_line(outcome, *words):
    """A failed start: a code that is not zero, and one line that has these words."""
    code, text = outcome
    assert code != 0
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1, text
    assert lines[0].startswith("cenote: ")
    for word in words:
        assert word.lower() in lines[0].lower(), lines[0]
    return lines[0]


class TestKill:
    def test_what_was_acknowledged_survives(self, start, new_store):
        place = new_store()
        server = start(arguments(place), cwd=place.folder)
        load = Load(server)
        chance = random.Random(20)
        for _ in range(ROUNDS):
            load.begin(server.url)
            load.wait_for(chance.randint(5, 60))
            server.kill()
            load.end()
            server = start(arguments(place), cwd=place.folder)
            load.check(server)
        assert len(load.users) >= 5 * ROUNDS
        assert load.revoked
        assert server.stop() == 0

    def test_an_orderly_end_under_load_loses_nothing_either(self, start, new_store):
        place = new_store()
        server = start(arguments(place), cwd=place.folder)
        load = Load(server)
        load.begin(server.url)
        load.wait_for(30)
        assert server.stop() == 0
        load.end()
        load.check(start(arguments(place), cwd=place.folder))


@pytest.mark.only("postgres")
class TestDatabaseAway:
    @pytest.fixture
    def cluster(self):
        own = Cluster()
        yield own
        own.remove()

    def test_a_restart_under_load_is_survived_without_ours(self, cluster, start, new_store):
        place = new_store("postgres", cluster.url)
        server = start(arguments(place), cwd=place.folder)
        load = Load(server)
        load.begin(server.url, patient=True)
        load.wait_for(20)
        for mode in ("immediate", "fast"):
            cluster.stop(mode)
            reply = server.call("ListUsers", {"UserPoolId": load.pool})
            assert (reply.status, reply.error) == (500, "InternalErrorException")
            assert reply.message == "Internal server error."
            assert server.get("/_cenote/health").status == 503
            cluster.start()
            load.wait_for(20)
            assert server.get("/_cenote/health").status == 200
        load.end()
        load.check(server)
        assert server.alive()

    def test_a_database_that_is_not_there_is_named(self, cluster, new_store):
        place = new_store("postgres", cluster.url)
        cluster.stop()
        one_line(refuses_to_start(arguments(place), cwd=place.folder), str(cluster.port))
        cluster.start()

    def test_a_newer_schema_is_refused(self, cluster, start, new_store):
        place = new_store("postgres", cluster.url)
        server = start(arguments(place), cwd=place.folder)
        pool = server.call("CreateUserPool", {"PoolName": "p"}).json()["UserPool"]["Id"]
        server.stop()
        with psycopg.connect(place.url, autocommit=True) as connection:
            column, old = _schema_version(connection.execute)
            connection.execute(f"UPDATE schema_version SET {column} = 9999 WHERE {column} = {old}")
            one_line(refuses_to_start(arguments(place), cwd=place.folder), "newer", "9999")
            connection.execute(f"UPDATE schema_version SET {column} = {old} WHERE {column} = 9999")
        again = start(arguments(place), cwd=place.folder)
        assert again.call("DescribeUserPool", {"UserPoolId": pool}).status == 200


def _schema_version(execute):
    """The column that holds the versions, one for each migration, and the last of them."""
    cursor = execute("SELECT * FROM schema_version")
    names = [column[0] for column in cursor.description]
    column = next(name for name in names if "version" in name)
    return column, max(row[names.index(column)] for row in cursor.fetchall())


@pytest.mark.only("sqlite")
class TestDisk:
    def databases(self, place):
        found = [
            path for path in place.data.iterdir()
            if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"
        ]
        assert found
        return found

    def test_a_newer_schema_is_refused_and_left_alone(self, start, new_store):
        place = new_store()
        server = start(arguments(place), cwd=place.folder)
        pool = server.call("CreateUserPool", {"PoolName": "p"}).json()["UserPool"]["Id"]
        server.stop()
        (path,) = self.databases(place)
        connection = sqlite3.connect(path, isolation_level=None)
        column, old = _schema_version(connection.execute)
        connection.execute(f"UPDATE schema_version SET {column} = 9999 WHERE {column} = {old}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.read_bytes()
        one_line(refuses_to_start(arguments(place), cwd=place.folder), "newer", "9999")
        assert path.read_bytes() == before
        connection.execute(f"UPDATE schema_version SET {column} = {old} WHERE {column} = 9999")
        connection.close()
        again = start(arguments(place), cwd=place.folder)
        assert again.call("DescribeUserPool", {"UserPoolId": pool}).status == 200

    def test_what_is_no_database_is_refused_and_left_alone(self, start, new_store):
        place = new_store()
        start(arguments(place), cwd=place.folder).stop()
        (path,) = self.databases(place)
        path.write_bytes(b"this is no database, but somebody's only copy of a poem" * 100)
        before = path.read_bytes()
        one_line(refuses_to_start(arguments(place), cwd=place.folder))
        assert path.read_bytes() == before

    def test_a_second_server_on_the_same_data_is_refused(self, start, new_store):
        place = new_store()
        first = start(arguments(place), cwd=place.folder)
        one_line(refuses_to_start(arguments(place), cwd=place.folder))
        assert first.get("/_cenote/health").status == 200

    def test_a_folder_that_cannot_be_made(self, new_store):
        place = new_store()
        blocker = place.folder / "file"
        blocker.write_text("")
        chosen = ["dev", "--listen", "127.0.0.1:0", "--data", str(blocker / "data")]
        one_line(refuses_to_start(chosen, cwd=place.folder), str(blocker))

    def test_a_folder_that_cannot_be_written(self, new_store, tmp_path_factory):
        place = new_store()
        place.data.mkdir()
        # Root may write anywhere: such a run is made by another user, from a place he can reach.
        prefix, program = (), binary()
        if os.geteuid() == 0:
            prefix = ("runuser", "-u", "nobody", "--")
            reachable = tmp_path_factory.mktemp("program")
            program = shutil.copy(program, reachable / "cenote")
            for folder in (*place.data.parents, *reachable.parents, reachable):
                if str(folder).startswith("/tmp/"):
                    folder.chmod(folder.stat().st_mode | 0o055)
        place.data.chmod(0o555)
        outcome = refuses_to_start(
            arguments(place), cwd="/", prefix=prefix, program=str(program)
        )
        one_line(outcome, str(place.data))
        assert list(place.data.iterdir()) == []

    def test_a_full_disk_refuses_writes_and_nothing_else(self, start, new_store):
        """The limit on the size of a file stands in for a disk without room."""
        place = new_store()
        server = start(
            arguments(place), cwd=place.folder,
            before_exec=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        )
        pool = server.call("CreateUserPool", {"PoolName": "p"}).json()["UserPool"]["Id"]

        def create(name):
            return server.call("AdminCreateUser", {
                "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS",
                "UserAttributes": [{"Name": "profile", "Value": "x" * 2000}],
            })

        assert create("before").status == 200
        unlimited = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (64 * 1024, unlimited[1]))
        refusals, made = 0, ["before"]
        for n in range(400):
            reply = create(f"user{n}")
            if reply.status == 200:
                made.append(f"user{n}")
            else:
                assert (reply.status, reply.error) == (500, "InternalErrorException")
                refusals += 1
            if refusals == 5:
                break
        assert refusals == 5, "the limit was never reached"
        reply = server.call("AdminGetUser", {"UserPoolId": pool, "Username": "before"})
        assert reply.status == 200
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, unlimited)
        assert create("after").status == 200
        made.append("after")
        server.kill()
        again = start(arguments(place), cwd=place.folder)
        for name in made:
            reply = again.call("AdminGetUser", {"UserPoolId": pool, "Username": name})
            assert reply.status == 200, name


class TestStart:
    def test_a_port_in_use(self, new_store):
        place = new_store()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            chosen = ["dev", "--listen", f"127.0.0.1:{port}", *place.arguments()]
            one_line(refuses_to_start(chosen, cwd=place.folder), str(port))

    def serve(self, place, path):
        return refuses_to_start(["serve", "--config", str(path)], cwd=place.folder)

    def test_an_unknown_key_is_named(self, new_store):
        place = new_store()
        path = write_config(place, required=(*REQUIRED, 'colour = "red"'))
        one_line(self.serve(place, path), "colour")

    def test_an_unknown_key_in_a_table_is_named(self, new_store):
        place = new_store()
        path = write_config(place, tables=("[limits]", "bodies = 5"))
        one_line(self.serve(place, path), "bodies")

    def test_a_file_that_is_no_toml(self, new_store):
        place = new_store()
        path = write_config(place)
        path.write_text("listen = \n")
        one_line(self.serve(place, path))

    def test_a_missing_file_is_named(self, new_store):
        place = new_store()
        path = place.folder / "nowhere.toml"
        one_line(self.serve(place, path), str(path))

    @pytest.mark.parametrize("left_out", ["public_url", "behind_proxy"])
    def test_what_serving_demands_is_named(self, new_store, left_out):
        place = new_store()
        kept = [line for line in REQUIRED if not line.startswith(left_out)]
        one_line(self.serve(place, write_config(place, required=kept)), left_out)

    def test_serving_demands_access_keys(self, new_store):
        place = new_store()
        path = write_config(place)
        text = path.read_text()
        path.write_text(text[: text.index("[[access_keys]]")])
        one_line(self.serve(place, path), "access_keys")

    def test_a_listener_for_all_needs_credentials(self, new_store):
        place = new_store()
        chosen = ["dev", "--listen", "0.0.0.0:0", *place.arguments()]
        one_line(refuses_to_start(chosen, cwd=place.folder), "access_keys")

    def test_a_missing_root_key_is_named(self, new_store):
        place = new_store()
        path = place.folder / "nowhere.key"
        one_line(self.serve(place, write_config(place, root_key=path)), str(path))
        assert not path.exists()

    @pytest.mark.parametrize("text", ["", "abc", "z" * 64, "a" * 63, "a" * 65])
    def test_a_corrupted_root_key_is_refused(self, new_store, text):
        place = new_store()
        key = write_root_key(place.folder)
        key.write_text(text)
        line = one_line(self.serve(place, write_config(place)), str(key))
        assert text == "" or text not in line.replace(str(key), "")

    def test_a_root_key_that_others_can_read_is_refused(self, new_store):
        place = new_store()
        write_root_key(place.folder).chmod(0o644)
        one_line(self.serve(place, write_config(place)), "chmod 600")

    def test_the_wrong_root_key_is_refused(self, start, new_store):
        place = new_store()
        path = write_config(place)
        first = start(["serve", "--config", str(path)], cwd=place.folder)
        first.stop()
        write_root_key(place.folder).write_text("ab" * 32 + "\n")
        one_line(self.serve(place, path), "root key")


def test_many_stops_and_starts_leave_no_trace(start, new_store):
    place = new_store()
    pools = set()
    for n in range(5):
        server = start(arguments(place), cwd=place.folder)
        made = server.call("CreateUserPool", {"PoolName": f"p{n}"})
        pools.add(made.json()["UserPool"]["Id"])
        assert server.stop() == 0
    server = start(arguments(place), cwd=place.folder)
    listed = server.call("ListUserPools", {"MaxResults": 60}).json()["UserPools"]
    assert {pool["Id"] for pool in listed} == pools


def test_concurrent_sign_ups_of_one_name_make_one_user(server, pool, app):
    answers = []

    def sign_up():
        answers.append(wire.call(server.url, "SignUp", {
            "ClientId": app.id, "Username": "alice", "Password": PASSWORD,
        }))

    threads = [threading.Thread(target=sign_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.status for reply in answers) == [200] + [400] * 7
    errors = {reply.error for reply in answers if reply.status == 400}
    assert errors <= {"UsernameExistsException", "TooManyRequestsException"}
    listed = server.call("ListUsers", {"UserPoolId": pool.id}).json()["Users"]
    assert len(listed) == 1
    assert re.fullmatch("[0-9a-f-]{36}", listed[0]["Attributes"][0]["Value"])
