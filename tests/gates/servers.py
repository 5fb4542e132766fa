"""Real web servers on loopback with the configuration that `pmm-site hosting` writes, unchanged."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

APACHE_MODULES = Path("/usr/lib/apache2/modules")
NEEDED = {
    "nginx": ("nginx", "apt-get install nginx-light"),
    "apache": ("apache2", "apt-get install apache2 libapache2-mod-auth-openidc"),
    "caddy": ("caddy", "apt-get install caddy"),
}


@dataclass(frozen=True)
class Place:
    """Where a server under test lives: a folder that its user may read, and its ports."""

    folder: Path
    https_port: int
    http_port: int


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(kind: str) -> str:
    """The path of a server's program; the test fails with what to install where there is none."""
    name, advice = NEEDED[kind]
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert found, f"these tests need {name}: {advice} (make servers)"
    if kind == "apache":
        assert (APACHE_MODULES / "mod_auth_openidc.so").exists(), f"these tests need mod_auth_openidc: {advice}"
    return found


def start(kind: str, place: Place, hosting: Path) -> subprocess.Popen[bytes]:
    """Start a server in the foreground and wait until it answers; `hosting` holds the written configuration."""
    shutil.copytree(hosting / kind, place.folder, dirs_exist_ok=True)
    command = {"nginx": _nginx, "apache": _apache, "caddy": _caddy}[kind](place)
    log = place.folder / "log.txt"
    with log.open("wb") as stream:
        home = {**os.environ, "HOME": str(place.folder), "XDG_DATA_HOME": str(place.folder)}
        process = subprocess.Popen([program(kind), *command], stdout=stream, stderr=stream, env=home)
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", place.https_port)) == 0:
                return process
        time.sleep(0.05)
    stop(process)
    errors = place.folder / "error.log"
    said = log.read_text("utf-8", "replace") + (errors.read_text("utf-8", "replace") if errors.exists() else "")
    raise AssertionError(f"{kind} did not start:\n{said[-3000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server that `start` began."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _nginx(place: Place) -> Sequence[str]:
    (place.folder / "mime.types").symlink_to("/etc/nginx/mime.types")
    temporary = "".join(
        f"  {name}_temp_path {place.folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place.folder / "nginx.conf").write_text(
        "daemon off;\nworker_processes 1;\n"
        f"pid {place.folder}/nginx.pid;\nerror_log {place.folder}/error.log;\nevents {{ worker_connections 256; }}\n"
        f"http {{\n  access_log off;\n{temporary}  include pmm-site.conf;\n}}\n"
    )
    return ["-p", str(place.folder), "-c", str(place.folder / "nginx.conf"), "-e", str(place.folder / "error.log")]


def _apache(place: Place) -> Sequence[str]:
    example = (place.folder / "pmm-site/secrets.conf.example").read_text()
    (place.folder / "pmm-site/secrets.conf").write_text(example.replace("…", "secret"))
    modules = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "alias", "ssl", "socache_shmcb",
               "headers", "auth_openidc", "autoindex", "status", "negotiation")  # fmt: skip
    loaded = "".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so\n" for name in modules)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    (place.folder / "httpd.conf").write_text(
        f'ServerRoot "{place.folder}"\nServerName localhost\nPidFile {place.folder}/apache.pid\n{loaded}{user}'
        f"DefaultRuntimeDir {place.folder}\nMutex file:{place.folder} default\nErrorLog {place.folder}/error.log\n"
        f"TypesConfig /etc/mime.types\nListen 127.0.0.1:{place.https_port} https\nListen 127.0.0.1:{place.http_port}\n"
        "StartServers 1\nMaxRequestWorkers 25\nThreadsPerChild 25\n"
        "<Location /server-status>\n  SetHandler server-status\n</Location>\n"
        "<Directory />\n  Require all denied\n</Directory>\nInclude pmm-site.conf\n"
    )
    return ["-X", "-f", str(place.folder / "httpd.conf")]


def _caddy(place: Place) -> Sequence[str]:
    return ["run", "--config", str(place.folder / "Caddyfile"), "--adapter", "caddyfile"]
