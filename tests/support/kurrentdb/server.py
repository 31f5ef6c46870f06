"""Starts and stops the stand-in on a free port of loopback."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from kurrentdbclient.protos.v1 import gossip_pb2, gossip_pb2_grpc, streams_pb2_grpc

from support.kurrentdb.guard import Guard
from support.kurrentdb.log import Log
from support.kurrentdb.streams import Streams

HOST = "127.0.0.1"
FEATURES = "event_store.client.server_features.ServerFeatures"
METHODS = ("append", "batchappend", "read", "delete", "tombstone")
"""Of the service `Streams`, as a server lists them."""


def supported_methods(version: str) -> bytes:
    """The message `SupportedMethods`, which `kurrentdbclient` has no class for: methods (1) and version (2)."""
    service = "event_store.client.streams.streams"
    methods = b"".join(_text(1, _text(1, name) + _text(2, service)) for name in METHODS)
    return methods + _text(2, version)


def _text(number: int, value: str | bytes) -> bytes:
    """A field of the wire format, for values of less than 128 bytes."""
    content = value.encode() if isinstance(value, str) else value
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


class Gossip(gossip_pb2_grpc.GossipServicer):
    """`nodes` are the ports of all nodes; the first is the leader."""

    def __init__(self, nodes: Sequence[int]) -> None:
        self._nodes = nodes

    async def Read(self, request: Any, context: Any) -> gossip_pb2.ClusterInfo:  # noqa: N802
        states = gossip_pb2.MemberInfo.VNodeState
        members = [
            gossip_pb2.MemberInfo(
                state=states.Leader if number == 0 else states.Follower,
                is_alive=True,
                http_end_point=gossip_pb2.EndPoint(address=HOST, port=port),
            )
            for number, port in enumerate(self._nodes)
        ]
        return gossip_pb2.ClusterInfo(members=members)


@dataclass
class StandIn:
    """A server with one log. Stopping and starting it again keeps the log and the port."""

    version: str = "24.10.0.0"
    log: Log = field(default_factory=Log)
    guard: Guard = field(default_factory=Guard)
    nodes: list[int] = field(default_factory=list[int])
    """The ports that its gossip names, the leader's first; by default its own."""
    port: int = 0
    certificate: tuple[bytes, bytes] | None = None
    """Private key and certificate, for TLS. Only then does the Python client send a user."""

    async def start(self) -> None:
        self._server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
        streams_pb2_grpc.add_StreamsServicer_to_server(Streams(self.log, self.guard), self._server)
        gossip_pb2_grpc.add_GossipServicer_to_server(Gossip(self.nodes), self._server)
        handler = grpc.unary_unary_rpc_method_handler(self._features)
        features = grpc.method_handlers_generic_handler(FEATURES, {"GetSupportedMethods": handler})
        self._server.add_generic_rpc_handlers((features,))
        place = f"{HOST}:{self.port}"
        if self.certificate is None:
            self.port = self._server.add_insecure_port(place)
        else:
            credentials = grpc.ssl_server_credentials([self.certificate])
            self.port = self._server.add_secure_port(place, credentials)
        if not self.nodes:
            self.nodes.append(self.port)
        await self._server.start()

    async def _features(self, request: bytes, context: Any) -> bytes:
        return supported_methods(self.version)

    async def stop(self) -> None:
        """At once: whatever was asked and not answered is cut off."""
        await self._server.stop(grace=None)
        self.log.forget()

    @property
    def url(self) -> str:
        return f"kurrentdb://{HOST}:{self.port}?tls=false"
