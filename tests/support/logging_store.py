"""A small S3 store on loopback that logs who came, and a proxy before it.

It knows no checksum that comes behind the body: such framing is stored as content, as stores of a
few years ago do. Over https it shows a certificate of an authority that only the test knows.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

LATER = datetime.datetime(2036, 1, 1)
EARLIER = datetime.datetime(2020, 1, 1)
ROLE = "ASIAROLE"


@dataclass(frozen=True)
class Seen:
    """One request: who sent it and how it came. `tool` is ours, aws, or dvc."""

    tool: str
    access_key: str
    region: str
    scheme: str
    host: str
    method: str
    path: str
    proxied: bool = False
    headers: dict[str, str] = field(default_factory=dict, hash=False, compare=False)


@dataclass
class LoggingStore:
    """`objects` are by bucket and key, as `bucket/key`."""

    address: str = "127.0.0.1"
    certificate: Path | None = None
    tunnel_to: int = 0  # where CONNECT leads; nowhere with 0
    seen: list[Seen] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    connects: list[tuple[str, str]] = field(default_factory=list)  # (host:port, authorization)
    roles: int = 0  # how many sessions were asked of its security token service
    codes: list[str] = field(default_factory=list)  # the MFA codes that came with them
    # (method, query, headers) -> (status, code) of a request that is not served
    refuses: Callable[[str, dict[str, list[str]], dict[str, str]], tuple[int, str] | None] = (
        lambda method, query, headers: None
    )
    tag: Callable[[bytes], str] = lambda body: hashlib.md5(body).hexdigest()

    def start(self) -> None:
        store = self

        class Handler(_Handler):
            pass

        Handler.store = store
        self._server = ThreadingHTTPServer((self.address, 0), Handler)
        self._server.daemon_threads = True
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def endpoint(self) -> str:
        return f"http{'s' if self.certificate else ''}://{self.address}:{self.port}"


@contextlib.contextmanager
def run_store(**options: object) -> Iterator[LoggingStore]:
    store = LoggingStore(**options)  # type: ignore[arg-type]
    store.start()
    try:
        yield store
    finally:
        store.stop()


def make_certificates(folder: Path, *names: str) -> tuple[Path, Path]:
    """(certificates to trust, certificate with key for these addresses)."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    issuer = name("an authority of the tests")
    certificates = []
    for key, is_ca in zip(keys, (True, False), strict=True):
        builder = (
            x509.CertificateBuilder()
            .subject_name(issuer if is_ca else name("store"))
            .issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(EARLIER).not_valid_after(LATER)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )  # fmt: skip
        if not is_ca:
            hosts = [
                x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() else x509.DNSName(n)
                for n in names
            ]
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        certificates.append(builder.sign(keys[0], hashes.SHA256()))
    pem = serialization.Encoding.PEM
    trusted, own = folder / "authority.pem", folder / "store.pem"
    trusted.write_bytes(certificates[0].public_bytes(pem))
    secret = keys[1].private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own.write_bytes(certificates[1].public_bytes(pem) + secret)
    return trusted, own


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: LoggingStore

    def log_message(self, *words: object) -> None:
        pass

    def do_CONNECT(self) -> None:
        self.store.connects.append((self.path, self.headers.get("Proxy-Authorization", "")))
        if not self.store.tunnel_to:
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        with socket.create_connection(("127.0.0.1", self.store.tunnel_to)) as other:
            back = threading.Thread(target=_pipe, args=(other, self.connection), daemon=True)
            back.start()
            _pipe(self.connection, other)
            back.join(10)
        self.close_connection = True

    def do_GET(self) -> None:
        self._note()
        key, query = self._object()
        if self._refuse():
            return
        if key in self.store.objects:
            self._reply(200, self.store.objects[key], self._tag(key))
        elif "list-type" in query or "prefix" in query or "/" not in key:
            self._reply(200, self._listing(key.partition("/")[0], query))
        else:
            self._reply(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        self._note()
        body = self._body()
        key, _ = self._object()
        if self._refuse():
            return
        self.store.objects[key] = body
        self._reply(200, b"", self._tag(key))

    def do_POST(self) -> None:
        body = parse_qs(self._body().decode())
        if body.get("Action") != ["AssumeRole"]:
            self._reply(501, b"<Error><Code>NotImplemented</Code></Error>")
            return
        self.store.roles += 1
        self.store.codes += body.get("TokenCode", [])
        self._reply(200, SESSION.encode())

    def do_DELETE(self) -> None:
        self._note()
        if self._refuse():
            return
        self.store.objects.pop(self._object()[0], None)
        self._reply(204, b"")

    def _note(self) -> None:
        agent = self.headers.get("User-Agent", "")
        tool = "dvc" if "aiobotocore" in agent else "aws" if "aws-cli" in agent else "ours"
        said = self.headers.get("Authorization", "")
        whose = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", said) or ["", "", ""]
        parts = urlsplit(self.path)
        scheme = "https" if self.store.certificate else "http"
        host = parts.netloc or self.headers.get("Host", "")
        seen = Seen(
            tool, whose[1], whose[2], scheme, host, self.command, self.path, bool(parts.netloc),
            {name.lower(): value for name, value in self.headers.items()},
        )  # fmt: skip
        self.store.seen.append(seen)

    def _refuse(self) -> bool:
        """Whether the request was answered by a no."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = self.store.refuses(self.command, self._object()[1], headers)
        if said:
            self._reply(said[0], f"<Error><Code>{said[1]}</Code></Error>".encode())
        return said is not None

    def _object(self) -> tuple[str, dict[str, list[str]]]:
        """(bucket/key, query)."""
        parts = urlsplit(self.path)
        key = unquote(parts.path).lstrip("/")
        host = parts.hostname or self.headers.get("Host", "").partition(":")[0]
        if host.startswith("bucket."):
            key = f"bucket/{key}"
        return key, parse_qs(parts.query, keep_blank_values=True)

    def _body(self) -> bytes:
        """As it came: what frames a trailing checksum is content to this store."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _tag(self, key: str) -> dict[str, str]:
        return {
            "ETag": f'"{self.store.tag(self.store.objects[key])}"',
            "Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT",
        }

    def _listing(self, bucket: str, query: dict[str, list[str]]) -> bytes:
        prefix = query.get("prefix", [""])[0]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.store.objects[name])}</Size>"
            f"<LastModified>2026-03-01T12:00:00.000Z</LastModified>"
            f"<ETag>{escape(self._tag(name)['ETag'])}</ETag></Contents>"
            for name in sorted(self.store.objects)
            if name.startswith(f"{bucket}/") and (key := name[len(bucket) + 1 :]).startswith(prefix)
        )
        return (
            f"<ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        ).encode()

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)


SESSION = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId>
</AssumedRoleUser><Credentials><AccessKeyId>{ROLE}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""
