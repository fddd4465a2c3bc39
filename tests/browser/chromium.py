"""The Chromium and the Chinese font that the browser tests need: found, or installed with and without root.

`python -m tests.browser.chromium` installs what is missing and says what it uses; where nothing works it fails
and says what to install. Order: DESK_TEST_CHROMIUM, a Chromium or Chrome on PATH, apt-get as root, and for everybody
else Debian's packages unpacked into a folder of the user's own, which changes nothing on the machine.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
BROWSERS = ("chromium-headless-shell", "chromium")
"""The same engine; the first has no windows, which nobody sees here, and needs a fifth less of the processor. Older systems know the second only."""
PACKAGES = ("fonts-noto-cjk", "libatomic1")
"""A font, and what Playwright's own node needs on the smallest Debian."""
ADVICE = (
    "The browser tests need Chromium and a Chinese font, and neither could be installed here.\n"
    "As root on Debian or Ubuntu: apt-get install chromium fonts-noto-cjk libatomic1\n"
    "Or say DESK_TEST_CHROMIUM=/path/to/chromium for one you have, with any font that covers Chinese."
)


@dataclass(frozen=True)
class Chromium:
    """`path` of the executable; `env` it must run with (libraries and fonts of an unpacked one)."""

    path: str
    env: dict[str, str] = field(default_factory=dict)


def cache() -> Path:
    """The user's own folder for unpacked packages."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "community-desk-tests"


def _own_environment(root: Path) -> dict[str, str]:
    # Some packages keep libraries in folders of their own (pulseaudio), so every folder with one counts.
    libraries = sorted({one.parent for top in ("usr/lib", "lib") for one in (root / top).rglob("lib*.so*")}, key=lambda folder: len(folder.parts))
    env = {"LD_LIBRARY_PATH": ":".join(str(one) for one in libraries)}
    if (root / "fonts.conf").exists():
        env["FONTCONFIG_FILE"] = str(root / "fonts.conf")
    return env


def find() -> Chromium | None:
    """The Chromium to drive, or None. Fonts unpacked earlier are used by whichever Chromium it is."""
    root = cache()
    fonts = {"FONTCONFIG_FILE": str(root / "fonts.conf")} if (root / "fonts.conf").exists() else {}
    for name in (os.environ.get("DESK_TEST_CHROMIUM"), *NAMES):
        if name and (path := shutil.which(name)):
            return Chromium(path, fonts)
    unpacked = [path for name in BROWSERS if (path := root / "usr/lib/chromium" / name).exists()]
    return Chromium(str(unpacked[0]), _own_environment(root)) if unpacked else None


def has_chinese_font() -> bool:
    """Whether fontconfig, or a look at the usual folders where fc-list is missing, knows a Chinese font."""
    if (cache() / "fonts.conf").exists():
        return True
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True).stdout.strip())
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts"]
    return any(re.search("cjk|wqy|han|hei|song", one.name, re.I) for folder in folders if folder.is_dir() for one in folder.rglob("*.[ot]t[fc]"))


def install_as_root(packages: list[str]) -> bool:
    """apt-get, quietly; its words are printed only when it fails."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-qq", *command], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
            return False
    return True


def _apt(root: Path, *arguments: str, where: Path | None = None) -> str:
    """apt with its lists and downloads under `root`: needs no root, changes nothing outside."""
    state = root / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    options = [f"-oDir::State::Lists={state}/lists", f"-oDir::Cache={state}/cache", "-oDebug::NoLocking=1", "-oAPT::Sandbox::User="]
    return subprocess.run([arguments[0], "-qq", *options, *arguments[1:]], cwd=where, stdin=subprocess.DEVNULL, check=True,
                          capture_output=True, text=True).stdout


def _missing_packages(root: Path, packages: list[str]) -> list[str]:
    """The packages and all they depend on that this machine does not have."""
    plan = _apt(root, "apt-get", "install", "--simulate", "--no-install-recommends", *packages)
    return re.findall(r"^Inst (\S+)", plan, re.M)


def unpack_as_user(packages: list[str]) -> bool:
    """Debian's packages into the user's cache folder: downloaded by apt, unpacked by dpkg-deb, never installed."""
    root = cache()
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    downloads = root / "debs"
    downloads.mkdir(parents=True, exist_ok=True)
    try:
        _apt(root, "apt-get", "update")
        wanted = _missing_packages(root, packages)
        _apt(root, "apt-get", "download", *wanted, where=downloads)
        for deb in sorted(downloads.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", str(deb), str(root)], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        print(error.cmd[0], error.stderr or error.stdout, file=sys.stderr)
        return False
    shutil.rmtree(downloads)
    shutil.rmtree(root / "apt")
    _write_fonts_conf(root)
    return True


def _write_fonts_conf(root: Path) -> None:
    base = "/etc/fonts/fonts.conf" if Path("/etc/fonts/fonts.conf").exists() else f"{root}/etc/fonts/fonts.conf"
    (root / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">{base}</include><dir>{root}/usr/share/fonts</dir>'
        f"<cachedir>{root}/fontcache</cachedir></fontconfig>\n"
    )


def driver_runs() -> bool:
    """Whether Playwright's driver starts; on a minimal system a library of it is missing."""
    from playwright._impl._driver import compute_driver_executable

    node = compute_driver_executable()[0]
    browser = find()
    env = os.environ | (browser.env if browser else {})
    return subprocess.run([node, "--version"], env=env, capture_output=True).returncode == 0


def version(browser: Chromium) -> str | None:
    """What the browser answers to --version; None if it doesn't start (a missing library, a wrapper for another system)."""
    try:
        done = subprocess.run([browser.path, "--version"], env=os.environ | browser.env, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _said_and_done(install: Callable[[list[str]], bool], packages: list[str]) -> bool:
    print("installing", *packages, "for the browser tests …", flush=True)
    return install(packages)


def main() -> int:
    """Finds or installs both; 0 when the browser answers."""
    browser = find()
    working = browser is not None and version(browser) is not None
    missing = [name for name, there in zip(PACKAGES, (has_chinese_font(), driver_runs()), strict=True) if not there]
    if missing or not working:
        install = install_as_root if os.geteuid() == 0 and shutil.which("apt-get") else unpack_as_user
        wanted = [missing] if working else [[name, *missing] for name in BROWSERS]
        browser = find() if any(_said_and_done(install, packages) for packages in wanted) else None
    answer = browser and version(browser)
    if not browser or not answer or not driver_runs():
        print(ADVICE, file=sys.stderr)
        return 1
    print(f"browser tests use {answer} at {browser.path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
