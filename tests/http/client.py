"""A client that sees every byte: over TLS with records and segments cut as a test wants them."""
import collections
import http.client
import socket
import ssl
import threading

TIMEOUT = 20
Answer = collections.namedtuple('Answer', 'status headers body')


def letters(length, seed):
    """What the echo server makes of size= and seed=."""
    alphabet = bytes(range(ord('a'), ord('z') + 1))
    first = seed % 26
    return (alphabet * (length // 26 + 2))[first:first + length]


def until(condition, seconds=TIMEOUT):
    """Asks again and again, since what is waited for can't be waited on from outside of the server."""
    pause = threading.Event()
    for _ in range(int(seconds * 50)):
        if condition():
            return
        pause.wait(0.02)
    assert condition()


def context_for(certificate=None, **settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # GnuTLS and every client of ours close with an alert; a reset without it is an error here.
    context.suppress_ragged_eofs = False
    if certificate:
        context.load_cert_chain(f'{certificate}.pem', f'{certificate}.key')
    for name, value in settings.items():
        setattr(context, name, value)
    return context


CONTEXT = context_for()


def connect_plain(port, source=None, timeout=TIMEOUT):
    sock = socket.create_connection(('127.0.0.1', port), timeout, (source, 0) if source else None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def connect(port, context=None, source=None, session=None, name='localhost', timeout=TIMEOUT):
    sock = connect_plain(port, source, timeout)
    try:
        return (context or CONTEXT).wrap_socket(sock, server_hostname=name, session=session,
                                                suppress_ragged_eofs=False)
    except BaseException:
        sock.close()
        raise


def head(target, method='GET', version='1.1', **headers):
    lines = [f'{method} {target} HTTP/{version}']
    if 'Host' not in headers and version != '1.0':
        lines.append('Host: localhost')
    lines += [f'{name.replace("_", "-")}: {value}' for name, value in headers.items()]
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')


def post(target, body, **headers):
    return head(target, 'POST', Content_Length=len(body), **headers) + body


def chunked(pieces):
    return b''.join(b'%x\r\n%s\r\n' % (len(piece), piece) for piece in pieces if piece) + b'0\r\n\r\n'


class Reader:
    """Answers one after the other, from anything with recv()."""

    def __init__(self, sock):
        self.sock = sock
        self.data = bytearray()

    def more(self):
        piece = self.sock.recv(65536)
        self.data += piece
        return bool(piece)

    def take(self, length):
        while len(self.data) < length:
            assert self.more(), f'only {len(self.data)} of {length} bytes: {self.data[:200]!r}'
        taken = bytes(self.data[:length])
        del self.data[:length]
        return taken

    def line(self):
        while b'\r\n' not in self.data:
            assert self.more(), f'no whole line: {self.data[:200]!r}'
        line = self.take(self.data.index(b'\r\n'))
        del self.data[:2]
        return line

    def head(self):
        protocol, status, _ = self.line().split(b' ', 2)
        assert protocol == b'HTTP/1.1'
        headers = collections.defaultdict(list)
        while line := self.line():
            name, value = line.decode('latin-1').split(': ', 1)
            headers[name.lower()].append(value)
        assert all(len(values) == 1 for values in headers.values()), headers
        return int(status), {name: values[0] for name, values in headers.items()}

    def chunks(self):
        while size := int(self.line(), 16):
            yield self.take(size)
            assert self.line() == b''
        assert self.line() == b''

    def answer(self, method='GET'):
        status, headers = self.head()
        assert 'date' in headers
        if method == 'HEAD' or status in (204, 304):
            return Answer(status, headers, b'')
        if headers.get('transfer-encoding') == 'chunked':
            return Answer(status, headers, b''.join(self.chunks()))
        return Answer(status, headers, self.take(int(headers['content-length'])))

    def at_end(self):
        """Nothing more comes, and it was ended in good form."""
        return not self.data and self.sock.recv(1) == b''


def ask(sock, target, method='GET', body=None, **headers):
    data = head(target, method, **headers) if body is None else \
        head(target, method, Content_Length=len(body), **headers) + body
    sock.sendall(data)
    reader = Reader(sock)
    answer = reader.answer(method)
    assert not reader.data
    return answer


def ask_once(port, target, method='GET', body=None, **headers):
    with connect(port) as sock:
        return ask(sock, target, method, body, **headers)


def plain_http_client(port):
    return http.client.HTTPSConnection('127.0.0.1', port, timeout=TIMEOUT, context=CONTEXT)


class Records:
    """TLS over a socket with the records in our hands: seal() makes one, send() any bytes of them."""

    def __init__(self, port, source=None, context=None):
        self.sock = connect_plain(port, source)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or CONTEXT).wrap_bio(self.incoming, self.outgoing, server_hostname='localhost')
        self.run(self.tls.do_handshake)

    def run(self, operation, *arguments):
        while True:
            try:
                result = operation(*arguments)
                self.send(self.outgoing.read())
                return result
            except ssl.SSLWantReadError:
                self.send(self.outgoing.read())
                piece = self.sock.recv(65536)
                if not piece:
                    self.incoming.write_eof()
                self.incoming.write(piece)

    def seal(self, data):
        assert len(data) <= 16384
        assert self.tls.write(data) == len(data)
        return self.outgoing.read()

    def send(self, data):
        if data:    # even nothing can't be sent where the sending side is shut
            self.sock.sendall(data)

    def recv(self, size):
        try:
            return self.run(self.tls.read, size)
        except ssl.SSLZeroReturnError:
            return b''

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
