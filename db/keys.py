"""The office's keys, kept outside the database: encryption, blind index, ledger signature.

DESK_KEY_FILE names the file (default var/keys/desk.key); it is made on first use, readable by its owner only.
Losing it loses every encrypted field: the backup chapter of the README says how to keep it.
"""

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_DEFAULT = Path(__file__).resolve().parent.parent / "var" / "keys" / "desk.key"


class KeyProblem(RuntimeError):
    """The key file is missing, unreadable or not the one this data was written with; the text says what to do."""


@dataclass(frozen=True)
class Keyring:
    """Three keys derived from one 32-byte secret (HKDF-SHA256)."""

    cipher: AESGCM
    index_key: bytes
    signer: Ed25519PrivateKey

    def seal(self, text: str, purpose: str) -> bytes:
        """12-byte nonce + ciphertext + tag of `text`."""
        return self.seal_bytes(text.encode(), purpose)

    def seal_bytes(self, content: bytes, purpose: str) -> bytes:
        """The same of bytes."""
        nonce = os.urandom(12)
        return nonce + self.cipher.encrypt(nonce, content, purpose.encode())

    def unseal(self, blob: bytes, purpose: str) -> str:
        """The text sealed in `blob`. Raises KeyProblem when the key or the column is not the one it was sealed for."""
        return self.unseal_bytes(blob, purpose).decode()

    def unseal_bytes(self, blob: bytes, purpose: str) -> bytes:
        """The same of bytes."""
        try:
            return self.cipher.decrypt(blob[:12], blob[12:], purpose.encode())
        except InvalidTag:
            raise KeyProblem(f"{purpose}: not readable with this key. Put back the key file this database was made with (DESK_KEY_FILE).") from None

    def blind_index(self, text: str, purpose: str) -> bytes:
        """16 bytes by which an exact value is found without being stored: HMAC-SHA256 of purpose and text."""
        return self.mark(purpose.encode() + b"\0" + text.encode())[:16]

    @cached_property
    def mark(self) -> Callable[[bytes], bytes]:
        """HMAC-SHA256 of a short text under the index key: with the key's own blocks hashed beforehand (RFC 2104, 4) in half the time of hmac.digest."""
        block = self.index_key.ljust(64, b"\0")
        inner, outer = (sha256(bytes(one ^ pad for one in block)) for pad in (0x36, 0x5C))

        def marked(content: bytes) -> bytes:
            first, last = inner.copy(), outer.copy()
            first.update(content)
            last.update(first.digest())
            return last.digest()

        return marked

    def content_mark(self, content: bytes, purpose: str) -> bytes:
        """32 bytes by which the same content is known again: HMAC-SHA256. A bare SHA-256 would tell whoever has a photo whether the office has it, too."""
        return hmac.new(self.index_key, purpose.encode() + b"\0" + content, sha256).digest()


def key_path() -> Path:
    """Where the key file is: DESK_KEY_FILE, or var/keys/desk.key beside the program."""
    return Path(os.environ.get("DESK_KEY_FILE") or _DEFAULT)


def make_key(path: Path) -> None:
    """Write a new secret to `path` (owner only); leaves an existing file alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(32))


def keyring() -> Keyring:
    """The keys of this office. Raises KeyProblem when the key file is missing or damaged."""
    # Asked for each sealed cell: no Path is built here.
    return _load(os.environ.get("DESK_KEY_FILE") or str(_DEFAULT))


@lru_cache(maxsize=4)
def _load(path: str) -> Keyring:
    try:
        secret = Path(path).read_bytes()
    except FileNotFoundError:
        raise KeyProblem(f"no key file at {path}: run `python -m db migrate` for a new office, or put the backed-up key there") from None
    if len(secret) != 32:
        raise KeyProblem(f"{path} holds {len(secret)} bytes, a key has 32: put the backed-up key there")
    return Keyring(AESGCM(_derive(secret, b"encrypt")), _derive(secret, b"index"), Ed25519PrivateKey.from_private_bytes(_derive(secret, b"sign")))


def _derive(secret: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"grid-desk " + use).derive(secret)
