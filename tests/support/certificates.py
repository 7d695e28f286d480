"""Certificates for tests: an authority of a test's own, and servers that it vouches for by name."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates of servers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "synthetic authority")])
        made = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self._pem = made.sign(self._key, SHA256()).public_bytes(Encoding.PEM)

    def server(self, host: str) -> ssl.SSLContext:
        """Give the context of a server that is who it says."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_file(host))
        return context

    def server_file(self, host: str) -> Path:
        """Write the key of a server and the certificate that names it."""
        key = generate_private_key(SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        named = self._builder(subject, key).add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        file = self._folder / f"{host}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + named.sign(self._key, SHA256()).public_bytes(Encoding.PEM))
        return file

    def file(self) -> Path:
        """Write what a client must trust to believe this authority's servers."""
        file = self._folder / "authority.pem"
        file.write_bytes(self._pem)
        return file

    def client(self) -> ssl.SSLContext:
        """Give the context of a client that trusts this authority alone."""
        return ssl.create_default_context(cadata=self._pem.decode())

    def _builder(self, subject: x509.Name, key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
