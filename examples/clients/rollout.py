#!/usr/bin/env python3
"""Drives a rollout by gRPC, from Python, without generated files: the server describes itself by reflection.

    rollout.py --version 1.2.0 [--app assistants] [--bake 30] [--endpoint 127.0.0.1:7077] [--token-file FILE]

Prints each event of the rollout as one line of JSON, as `coordinator rollout --json` does, and ends with the same
code: 0 done, 20 rolled back, 21 aborted, 22 stuck; 4 refused, 5 not reached. Needs python3-grpcio alone.
"""

import argparse
import getpass
import json
import os
import sys
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

SERVICE = "outrider.v1.Coordinator"
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
CODES = {"succeeded": 0, "rolled_back": 20, "aborted": 21, "stuck": 22}
REFUSED, NO_ANSWER = 4, 5


def varint(data, at):
    """A number of the wire format, and where the next thing begins."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return value, at


def fields(data, wanted):
    """The parts of a message that have this field number and a length."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        size, at = varint(data, at) if key & 7 in (0, 2) else (8 if key & 7 == 1 else 4, at)
        if key & 7 == 0:
            continue
        if key & 7 == 2 and key >> 3 == wanted:
            yield data[at : at + size]
        at += size


def reflect(channel, symbol):
    """A pool with the file that declares the symbol, and all that it imports."""
    name = symbol.encode()
    question = b"\x22" + bytes([len(name)]) + name  # file_containing_symbol
    ask = channel.stream_stream(REFLECTION, request_serializer=bytes, response_deserializer=bytes)
    files = {}
    for answer in ask(iter([question]), timeout=10):
        for response in fields(answer, 4):  # file_descriptor_response
            for text in fields(response, 1):
                file = descriptor_pb2.FileDescriptorProto.FromString(text)
                files[file.name] = file
        break
    pool = descriptor_pool.DescriptorPool()

    def add(file):
        for needed in file.dependency:
            if needed in files:
                add(files.pop(needed))
        pool.Add(file)

    while files:
        add(files.pop(next(iter(files))))
    return pool


class Coordinator:
    """Its methods by name; requests are dictionaries, answers messages."""

    def __init__(self, channel, token):
        self._channel = channel
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self._service = reflect(channel, SERVICE).FindServiceByName(SERVICE)

    def call(self, name, request, **limits):
        method = self._service.methods_by_name[name]
        kinds = [message_factory.MessageFactory().GetPrototype(kind) for kind in (method.input_type, method.output_type)]
        way = "unary_stream" if name.startswith("Watch") else "unary_unary"
        invoke = getattr(self._channel, way)(
            f"/{SERVICE}/{name}",
            request_serializer=kinds[0].SerializeToString,
            response_deserializer=kinds[1].FromString,
        )
        return invoke(json_format.ParseDict(request, kinds[0]()), metadata=self._metadata, **limits)


def event_of(message):
    """As the command line prints it."""
    event = json_format.MessageToDict(message)
    if event.get("data"):
        event["data"] = json.loads(event["data"])
    return event


def drive(coordinator, options):
    request = {
        "version": options.version,
        "app": options.app,
        "bakeMs": int(options.bake * 1000),
        "by": f"{getpass.getuser()} (rollout.py)",
        "requestId": str(uuid.uuid4()),
    }
    started = coordinator.call("StartRollout", request, timeout=60)
    if not started.rollout:
        print("Everything is as asked already.", file=sys.stderr)
        return 0
    phase = ""
    for update in coordinator.call("WatchRollout", {"rollout": started.rollout}):
        if update.HasField("event"):
            print(json.dumps(event_of(update.event)), flush=True)
        if update.HasField("record"):
            phase = update.record.phase
    return CODES.get(phase, 1)


def main():
    parser = argparse.ArgumentParser(description="Drives a rollout by gRPC and prints its events.")
    parser.add_argument("--version", required=True)
    parser.add_argument("--app", default="")
    parser.add_argument("--bake", type=float, default=30, metavar="SECONDS")
    parser.add_argument("--endpoint", default=os.environ.get("OUTRIDER_ENDPOINT", "127.0.0.1:7077"))
    parser.add_argument("--token-file", default=os.environ.get("OUTRIDER_TOKEN_FILE", "/run/outrider/token"))
    options = parser.parse_args()
    try:
        with open(options.token_file, encoding="utf-8") as file:
            token = file.readline().strip()
    except OSError as error:
        parser.error(f"the token cannot be read: {error}. Name its file with --token-file.")
    with grpc.insecure_channel(options.endpoint, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            return drive(Coordinator(channel, token), options)
        except grpc.RpcError as error:
            print(f"Error: {error.details()}", file=sys.stderr)
            away = error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
            return NO_ANSWER if away else REFUSED


if __name__ == "__main__":
    sys.exit(main())
