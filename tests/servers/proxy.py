"""A TCP proxy in front of a service: what its death, slowness and standstill look like from outside."""

import socket
import threading
import time
from contextlib import suppress

from tests.servers.environment import free_port

CHUNK_BYTES = 65_536


class TcpProxy:
    """Forwards a port of its own to ``target_port`` until it is cut."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self._target_port = target_port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._flows = threading.Event()
        self._flows.set()
        self.delay_s = 0.0
        self.restore()

    def restore(self) -> None:
        """Listen and forward, again after a cut."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    @property
    def is_cut(self) -> bool:
        """Whether connections are refused."""
        return self._listener is None

    def hang(self) -> None:
        """Keep accepting and keep connections open, but let nothing through: a stopped process."""
        self._flows.clear()

    def resume(self) -> None:
        """Let everything through again, what was held back included."""
        self._flows.set()

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        with self._lock:
            listener, self._listener = self._listener, None
            sockets, self._open = self._open, set()
        for each in [listener, *sockets] if listener is not None else sockets:
            _close(each)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
            except OSError:
                return
            server.settimeout(None)
            with self._lock:
                is_cut = self._listener is not listener
                if not is_cut:
                    self._open |= {client, server}
            if is_cut:
                _close(client)
                _close(server)
                return
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while chunk := source.recv(CHUNK_BYTES):
                if self.delay_s:
                    time.sleep(self.delay_s)
                self._flows.wait()
                sink.sendall(chunk)
        except OSError:
            pass
        finally:
            for each in (source, sink):
                _close(each)
            with self._lock:
                self._open -= {source, sink}


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        each.close()
