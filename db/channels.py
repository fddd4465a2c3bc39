"""The ways out of the house: e-mail, and the group robots of WeCom, DingTalk and Feishu. Configured by environment variables (README).

A channel answers None when the other side took the message, else a short error without secrets or addresses. Robots answer refusals with
HTTP 200 and an error code in the body: that is a failure like any other.
"""

import base64
import hmac
import logging
import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Protocol
from urllib.parse import unquote, urlencode, urlsplit

import httpx

from core.alerts import Message

TIMEOUT = 10
"""Seconds for each step of talking to the other side."""
WECOM_BYTES = 2_048
"""What a text of WeCom's robot may hold; the others take twenty thousand."""
ROBOTS = ("wecom", "dingtalk", "feishu")

# It would write the robot's address into the log, and the address is its password.
logging.getLogger("httpx").setLevel(logging.WARNING)


@lru_cache
def _known_to_system() -> ssl.SSLContext:
    """Whom the office's own mail server is checked against. Reading all certificates takes tens of milliseconds: once for a process."""
    return ssl.create_default_context()


@lru_cache
def _known_to_httpx() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class Channel(Protocol):
    """`personal`: goes to an account's own address; else to one group for all."""

    name: str
    personal: bool

    def send(self, message: Message, *, to: str | None, key: str, now: datetime) -> str | None:
        """Hand `message` over; None when it was taken. `key` is the same when the same is sent again."""


@dataclass(frozen=True)
class Post:
    """Everything configured: the channels, and the address of the inbox (None: messages carry no link)."""

    channels: tuple[Channel, ...]
    link: str | None

    def named(self, name: str) -> Channel:
        """The channel `name`."""
        return next(one for one in self.channels if one.name == name)


@dataclass(frozen=True)
class Mail:
    """An SMTP server: smtps://user:password@host:465, or smtp://host:25 (with STARTTLS where offered; a password is never sent without TLS)."""

    url: str
    sender: str
    name: str = "email"
    personal: bool = True

    def send(self, message: Message, *, to: str | None, key: str, now: datetime) -> str | None:
        """See Channel."""
        letter = EmailMessage()
        letter["Subject"], letter["From"], letter["To"], letter["Date"] = message.title, self.sender, to, format_datetime(now)
        letter["Message-ID"] = f"<{key}@{self.sender.rpartition('@')[2]}>"
        letter.set_content(message.text)
        try:
            return self._hand_over(letter)
        except smtplib.SMTPResponseException as problem:
            return f"smtp {problem.smtp_code}"
        except smtplib.SMTPRecipientsRefused as problem:
            return f"smtp {next(iter(problem.recipients.values()))[0]}"
        except (smtplib.SMTPException, OSError) as problem:
            return type(problem).__name__

    def _hand_over(self, letter: EmailMessage) -> str | None:
        parts, safe = urlsplit(self.url), _known_to_system()
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=TIMEOUT, context=safe)
        else:
            server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=TIMEOUT)
        with server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=safe)
            elif parts.scheme == "smtp" and parts.username:
                return "no TLS, password not sent"
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)
        return None


@dataclass(frozen=True)
class Robot:
    """A group robot. `secret`: the key its messages are signed with, where the group asks for that (DingTalk, Feishu)."""

    name: str
    url: str
    secret: str | None = None
    personal: bool = False

    def send(self, message: Message, *, to: str | None, key: str, now: datetime) -> str | None:
        """See Channel."""
        text, url = f"{message.title}\n{message.text}", self.url
        if self.name == "feishu":
            body = {"msg_type": "text", "content": {"text": text}} | self._signed_by_feishu(now)
        else:
            body = {"msgtype": "text", "text": {"content": _cut(text, WECOM_BYTES) if self.name == "wecom" else text}}
            url += self._signed_by_dingtalk(now)
        try:
            answer = httpx.post(url, json=body, timeout=TIMEOUT, verify=_known_to_httpx())
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            return type(problem).__name__
        return _refusal(answer)

    def _signed_by_dingtalk(self, now: datetime) -> str:
        if self.name != "dingtalk" or not self.secret:
            return ""
        stamp = str(int(now.timestamp() * 1000))
        digest = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), sha256).digest()
        return "&" + urlencode({"timestamp": stamp, "sign": base64.b64encode(digest).decode()})

    def _signed_by_feishu(self, now: datetime) -> dict[str, str]:
        if not self.secret:
            return {}
        stamp = str(int(now.timestamp()))
        digest = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", sha256).digest()
        return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def _refusal(answer: httpx.Response) -> str | None:
    """None only when the body says so: code 0 under one of the names the three use."""
    if answer.status_code != 200:
        return f"http {answer.status_code}"
    try:
        body = answer.json()
    except ValueError:
        return "no JSON in the answer"
    for name in ("errcode", "code", "StatusCode"):
        if isinstance(body, dict) and name in body:
            return None if body[name] == 0 else f"{name} {str(body[name])[:12]}"
    return "no code in the answer"


def _cut(text: str, most: int) -> str:
    """`text` without its last whole lines, as short as `most` bytes of UTF-8."""
    lines = text.splitlines()
    while len(lines) > 1 and len("\n".join(lines).encode()) > most - 4:
        lines.pop()
    shorter = "\n".join(lines)
    return text if shorter == text else shorter.encode()[: most - 4].decode(errors="ignore") + "\n…"


def configured(settings: Mapping[str, str] = os.environ) -> Post:
    """The channels that DESK_SMTP_URL, DESK_MAIL_FROM and DESK_WEBHOOK_… name. Raises ValueError, without repeating the value, on one that can't be used."""
    channels: list[Channel] = []
    if url := settings.get("DESK_SMTP_URL"):
        if not _is_address(url, "smtp", "smtps"):
            raise ValueError("DESK_SMTP_URL is no address of a mail server: write it like smtps://user:password@mail.example:465")
        if "@" not in settings.get("DESK_MAIL_FROM", ""):
            raise ValueError("DESK_SMTP_URL is set and DESK_MAIL_FROM, the sender's address, is not")
        channels.append(Mail(url, settings["DESK_MAIL_FROM"]))
    webhooks = {
        "wecom": (settings.get("DESK_WEBHOOK_WECOM"), None),
        "dingtalk": (settings.get("DESK_WEBHOOK_DINGTALK"), settings.get("DESK_WEBHOOK_DINGTALK_SECRET")),
        "feishu": (settings.get("DESK_WEBHOOK_FEISHU"), settings.get("DESK_WEBHOOK_FEISHU_SECRET")),
    }
    for name, (url, secret) in webhooks.items():
        if url and not _is_address(url, "http", "https"):
            raise ValueError(f"DESK_WEBHOOK_{name.upper()} is no web address: copy it whole from the group's robot")
        if url:
            channels.append(Robot(name, url, secret))
    home = settings.get("DESK_PUBLIC_URL", "").rstrip("/")
    return Post(tuple(channels), f"{home}/alerts" if home else None)


def _is_address(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
