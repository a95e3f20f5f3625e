"""The connection beside the session, for the contents of big files."""

import select
import socket
import time

from transfer_tree import Cut, Refused

CONTENTS_WAIT = 10
GONE_CHECK = 5


def open_contents(request, tell):
    """Listens on a port of the loopback interface, which it tells, until the one who is meant has connected."""
    try:
        import ssl
    except ImportError:
        raise Refused("contents", "this Python has no ssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=request["certificate"])
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen(4)
        tell(listener.getsockname()[1])
        return Contents(listener, context, bytes.fromhex(request["secret"]))
    finally:
        listener.close()


class Contents:
    """A connection for the contents of big files. Whoever connects proves to have the key of a certificate; we prove to know a secret."""

    def __init__(self, listener, context, secret):
        until = time.monotonic() + CONTENTS_WAIT
        self.connection = None
        while self.connection is None:
            # Another request says that nobody comes.
            ready = select.select([listener, 0], [], [], max(0, until - time.monotonic()))[0]
            if listener not in ready:
                raise Refused("contents", "nobody came")
            accepted = listener.accept()[0]
            try:
                accepted.settimeout(max(0.01, until - time.monotonic()))
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connection = context.wrap_socket(accepted)
                self.connection.sendall(secret)
            except OSError:
                # Somebody else in this pod: the right one may be next.
                accepted.close()
                self.connection = None

    def read(self, count):
        """Looks now and then whether the session has ended: the part that is being written is locked until then."""
        data = bytearray(count)
        view = memoryview(data)
        self.connection.settimeout(GONE_CHECK)
        while view:
            try:
                got = self.connection.recv_into(view)
            except socket.timeout:
                if hung_up(0):
                    raise Cut()
                continue
            except OSError:
                raise Cut()
            if got == 0:
                raise Cut()
            view = view[got:]
        return data

    def write(self, data):
        self.connection.settimeout(None)
        try:
            self.connection.sendall(data)
        except OSError:
            raise Cut()


def hung_up(fd):
    watch = select.poll()
    watch.register(fd, 0)
    return bool(watch.poll(0))
