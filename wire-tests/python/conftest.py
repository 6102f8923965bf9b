"""Fixtures: one server per run, on the store under test; a pool and an app per test."""

from pathlib import Path

import pytest

from cenote import exactness, sdk
from cenote import store as stores
from cenote.process import Server
from cenote.scene import Clock, Inbox, Pool


def pytest_collection_modifyitems(config, items):
    """Leaves out what belongs to the other store: those tests run in the other store's run. What judges a
    whole run comes last, and not at all when only a part is run."""
    chosen = stores.kind()
    kept, other, last = [], [], []
    for item in items:
        mark = item.get_closest_marker("only")
        if item.get_closest_marker("whole") is not None:
            last.append(item)
        else:
            (kept if mark is None or chosen in mark.args else other).append(item)
    files = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    is_whole = {item.path.name for item in items} == files and exactness.notes() is not None
    (kept if is_whole else other).extend(last)
    config.hook.pytest_deselected(items=other)
    items[:] = kept


@pytest.fixture(scope="session")
def new_store(tmp_path_factory):
    """Makes stores, and drops them at the end; a cluster of a test's own takes its own along."""
    made = []

    def make(which=None, server_url=None):
        store = stores.Store(tmp_path_factory.mktemp("store"), which, server_url)
        if server_url is None:
            made.append(store)
        return store

    yield make
    for one in made:
        one.drop()


@pytest.fixture(scope="session")
def server(new_store):
    """`cenote dev` on the store under test, for the whole run."""
    place = new_store()
    running = Server(["dev", "--listen", "127.0.0.1:0", *place.arguments()], cwd=place.folder)
    yield running
    alive = running.alive()
    code = running.stop()
    assert alive, "the server ended during the tests:\n" + "".join(running.output[-50:])
    assert code == 0, f"the server ended with {code}"


@pytest.fixture
def start(request):
    """Starts further servers, which end with the test."""

    def run(arguments, **keywords):
        running = Server(arguments, **keywords)
        request.addfinalizer(running.kill)
        return running

    return run


@pytest.fixture(scope="session")
def idp(server):
    return sdk.client(server.url)


@pytest.fixture
def make_pool(server):
    return lambda **settings: Pool(server, **settings)


@pytest.fixture
def pool(make_pool):
    """Usernames only, email verified at sign-up, default password policy."""
    return make_pool(AutoVerifiedAttributes=["email"])


@pytest.fixture
def app(pool):
    """Every flow of this step, no secret."""
    return pool.app()


@pytest.fixture
def inbox(server):
    return Inbox(server)


@pytest.fixture
def clock(server):
    """The server's clock; back at the real time when the test ends."""
    moved = Clock(server)
    yield moved
    moved.reset()
