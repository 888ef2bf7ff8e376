"""The real services in containers: what the compose file opens, and when and how the script takes it.

A program in place of `docker` notes how it was called and answers on the ports as the services would.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

TOP = Path(__file__).parents[1]
FOLDER = TOP / "deploy" / "services"
FILE = FOLDER / "compose.yaml"
SCRIPT = FOLDER / "services.py"

ENGINE = f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"  # by a shell: the path of this Python may hold a blank
' '''
import json, os, signal, socket, struct, subprocess, sys, threading
from pathlib import Path

here = Path(__file__).parent
said = here / "calls.jsonl"


def serve(port, answer):
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def http(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
    connection.close()


def amqp(connection):
    connection.recv(8)
    connection.sendall(b"\\x01")
    connection.close()


def postgresql(connection):
    while len(asked := connection.recv(4096)) == 8:  # for encryption
        connection.sendall(b"N")
    connection.sendall(b"R" + struct.pack("!II", 8, 0) + b"Z" + struct.pack("!I", 5) + b"I")
    connection.recv(4096)


words = sys.argv[1:]
if words == ["serve"]:
    for name, answer in (("POSTGRESQL", postgresql), ("RABBITMQ", amqp), ("OPENSEARCH", http), ("S3", http)):
        threading.Thread(target=serve, args=(int(os.environ[name + "_PORT"]), answer)).start()
elif words == ["compose", "version"]:
    sys.exit((here / "no-compose").exists())
else:
    variables = {{name: value for name, value in os.environ.items() if name.endswith(("_PORT", "_PASSWORD", "_KEY"))}}
    with said.open("a") as file:
        file.write(json.dumps({{"words": words, "variables": variables}}) + "\\n")
    print("progress")
    if (here / "refuses").exists():
        sys.exit(18)
    if "up" in words:
        nothing = subprocess.DEVNULL
        process = subprocess.Popen([sys.executable, __file__, "serve"], stdin=nothing, stdout=nothing, stderr=nothing)
        (here / "pid").write_text(str(process.pid))
    if "down" in words:
        os.kill(int((here / "pid").read_text()), signal.SIGKILL)  # SIGTERM may be ignored where these tests run behind a shell
"""


class Machine:
    """One without RabbitMQ, Maven and Go on its PATH, and with the engines that `install` puts there."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.services = folder / "services"
        (self.bin / "ps").symlink_to(shutil.which("ps") or "/bin/ps")
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("JAVA_HOME", "PYTHONPATH")},
            "PATH": str(self.bin),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def install(self, engine: str) -> None:
        (self.bin / engine).write_text(ENGINE)
        (self.bin / engine).chmod(0o755)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(SCRIPT), *words]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=120, check=False)

    def calls(self) -> list[dict[str, Any]]:
        file = self.bin / "calls.jsonl"
        return [yaml.safe_load(line) for line in file.read_text().splitlines()] if file.exists() else []

    def close(self) -> None:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.bin / "pid").read_text()), signal.SIGKILL)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.close()


def variables(text: str) -> dict[str, str]:
    return dict(shlex.split(line)[1].split("=", 1) for line in text.splitlines())


def compose_file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return content


def test_every_container_has_a_fixed_version_and_says_when_it_is_well() -> None:
    for name, service in compose_file()["services"].items():
        registry, _, image = service["image"].partition("/")
        assert "." in registry, f"{name}: podman asks where an image without a registry comes from"
        assert re.fullmatch(r"[\w/-]+:v?\d+\.\d+(\.\d+)?(-alpine)?", image), name
        assert service["healthcheck"]["test"][0] == "CMD", name


def test_containers_are_reached_from_this_machine_alone_and_keep_their_data_in_named_volumes() -> None:
    content = compose_file()
    mounted = []
    for name, service in content["services"].items():
        assert [re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z0-9]+_PORT:\?\}:\d+", port) is not None for port in service["ports"]] == [
            True
        ], name
        assert "network_mode" not in service
        mounted += [volume.split(":")[0] for volume in service["volumes"]]
    assert sorted(mounted) == sorted(content["volumes"])


def test_the_containers_versions_are_those_of_the_native_services() -> None:
    services = compose_file()["services"]
    for module, name in (("opensearch", "opensearch"), ("versitygw", "s3")):
        version = re.search(r'^VERSION = "(.+)"$', (FOLDER / f"{module}.py").read_text(), re.MULTILINE)
        assert version is not None
        assert services[name]["image"].endswith(f":{version[1]}")


def test_no_password_stands_in_the_file_and_every_variable_of_it_is_set_by_the_script(machine: Machine) -> None:
    machine.install("docker")
    assert machine.run("--with", "compose", "start", str(machine.services)).returncode == 0
    [up] = machine.calls()
    kept = dict(line.split("=", 1) for line in (machine.services / "compose.env").read_text().splitlines())
    assert set(re.findall(r"\$\{?(\w+)", FILE.read_text())) == set(kept)
    assert kept.items() <= up["variables"].items()
    secrets = [value for name, value in kept.items() if not name.endswith("_PORT")]
    assert len(set(secrets)) == len(secrets) == 3
    for service in compose_file()["services"].values():
        for name, value in service["environment"].items():
            assert not re.search("PASS|SECRET", name) or re.fullmatch(r"\$\{\w+:\?\}", value)


def test_a_machine_without_the_programs_takes_its_container_engine(machine: Machine) -> None:
    machine.install("docker")
    done = machine.run("start", str(machine.services))
    assert done.returncode == 0, done.stderr
    assert "Maven fetches OpenSearch" in done.stderr
    assert "progress" in done.stderr  # what the engine says; a shell takes standard output in
    [up] = machine.calls()
    assert up["words"][:3] == ["compose", "--file", str(FILE)]
    assert up["words"][-2:] == ["up", "--detach"]
    written = variables((machine.services / "environment").read_text())
    assert variables(done.stdout) == written
    assert set(written) >= {"DATABASE_URL", "RABBITMQ_URL", "OPENSEARCH_URL", "AWS_ENDPOINT_URL_S3", "S3_BUCKET"}
    assert written["INVOICEFLOW_EMBEDDED"] == "false"
    given = up["variables"]
    assert written["AWS_SECRET_ACCESS_KEY"] == given["S3_SECRET_KEY"]
    database = urlsplit(written["DATABASE_URL"])
    assert (str(database.port), database.password) == (given["POSTGRESQL_PORT"], given["POSTGRESQL_PASSWORD"])
    for name in ("environment", "compose.env"):
        assert (machine.services / name).stat().st_mode & 0o777 == 0o600


def test_stop_ends_the_containers_and_the_next_start_finds_their_data_by_the_same_passwords(machine: Machine) -> None:
    machine.install("docker")
    folder = str(machine.services)
    assert machine.run("start", folder).returncode == 0
    assert machine.run("stop", folder).returncode == 0
    assert not (machine.services / "environment").exists()
    assert machine.run("stop", folder).returncode == 0  # nothing is left to stop
    assert machine.run("start", folder).returncode == 0
    first, down, second = machine.calls()
    assert down["words"][-1] == "down"  # without --volumes
    assert first["words"] == second["words"]
    for name in ("POSTGRESQL_PASSWORD", "RABBITMQ_PASSWORD", "S3_SECRET_KEY"):
        assert first["variables"][name] == second["variables"][name]


def test_two_folders_are_two_projects(machine: Machine) -> None:
    machine.install("docker")
    (machine.bin / "refuses").touch()
    for name in ("a", "b"):
        machine.run("start", str(machine.services / name))
    projects = {call["words"][call["words"].index("--project-name") + 1] for call in machine.calls()}
    assert len(projects) == 2


def test_podman_is_taken_where_docker_has_no_compose(machine: Machine, tmp_path: Path) -> None:
    machine.install("podman")
    (machine.bin / "docker").write_text("#!/bin/sh\nexit 1\n")
    (machine.bin / "docker").chmod(0o755)
    assert machine.run("start", str(machine.services)).returncode == 0
    assert (machine.services / "compose.engine").read_text() == "podman"


def test_an_engine_that_fails_is_told_and_nothing_is_said_to_run(machine: Machine) -> None:
    machine.install("docker")
    (machine.bin / "refuses").touch()
    done = machine.run("start", str(machine.services))
    assert done.returncode == 1
    assert "could not start the services (exit code 18)" in done.stderr
    assert [call["words"][-1] for call in machine.calls()] == ["--detach", "down"]
    assert not (machine.services / "environment").exists()


@pytest.mark.parametrize("way", [(), ("--with", "native")])
def test_what_is_missing_is_named_with_what_to_install(machine: Machine, way: tuple[str, ...]) -> None:
    done = machine.run(*way, "start", str(machine.services))
    assert done.returncode == 1
    assert "apt install rabbitmq-server" in done.stderr
    assert "apt install maven" in done.stderr
    assert ("docker compose" in done.stderr) is (not way)


def test_compose_that_is_asked_for_and_is_not_there_is_told(machine: Machine) -> None:
    machine.install("docker")
    (machine.bin / "no-compose").touch()
    done = machine.run("--with", "compose", "start", str(machine.services))
    assert done.returncode == 1
    assert "neither `docker compose` nor `podman compose` is installed" in done.stderr


def test_an_option_after_the_folder_is_refused_and_not_taken_for_a_command(machine: Machine) -> None:
    done = machine.run("start", str(machine.services), "--with", "compose")
    assert done.returncode == 2
    assert machine.calls() == []
