"""Chromium under remote control (Chrome DevTools Protocol over a pipe), so that one browser tries many pages."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

DEADLINE_SECONDS = 60
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


class Tab:
    """A page in the browser. JavaScript of pages is off; what we ask of them is answered all the same."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._sent = 0
        self._session: str | None = None

    async def open(self) -> None:
        target = await self.send("Target.createTarget", url="about:blank")
        attached = await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self.send("Page.enable")
        await self.send("Emulation.setScriptExecutionDisabled", value=True)

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._writer.write(json.dumps(message).encode() + b"\0")
        answer = await self._next(lambda said: said.get("id") == self._sent)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    async def _next(self, is_it: Any) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                said = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if is_it(said):
                    return said

    async def shape(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])

    async def go(self, address: str) -> None:
        await self.send("Page.navigate", url=address)
        await self._next(lambda said: said.get("method") == "Page.loadEventFired")

    async def press(self, key: str) -> None:
        """A key that writes nothing."""
        code = {"Tab": 9}[key]
        for kind in ("rawKeyDown", "keyUp"):
            await self.send(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code
            )

    async def look(self, expression: str) -> Any:
        """What an expression gives in the page, if it is a promise when that is kept."""
        found = await self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def picture(self, *, whole: bool = True) -> bytes:
        """The page as PNG, not only what fits on the screen unless it says so."""
        found = await self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(found["data"])


@asynccontextmanager
async def browser(chromium: str, profile: Path) -> AsyncGenerator[Tab]:
    commands, answers = os.pipe(), os.pipe()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    # The protocol's pipe is on the descriptors 3 and 4.
    script = f'exec "$0" "$@" 3<&{commands[0]} 4>&{answers[1]}'
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        script,
        chromium,
        *sandbox,
        *FLAGS,
        f"--user-data-dir={profile}",
        pass_fds=(commands[0], answers[1]),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(commands[0])
    os.close(answers[1])
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    incoming, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answers[0], "rb")
    )
    outgoing, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(commands[1], "wb")
    )
    tab = Tab(reader, asyncio.StreamWriter(outgoing, protocol, reader, loop))
    try:
        await tab.open()
        yield tab
        await tab.send("Page.disable")
    finally:
        incoming.close()
        outgoing.close()
        process.kill()
        await process.wait()
