"""A real SMTP server (aiosmtpd) that keeps nothing: says its port, then each mail as one line of JSON (a text of one character per byte)."""

import asyncio
import json

from aiosmtpd.smtp import SMTP


class Handler:
    async def handle_DATA(self, server, session, envelope):
        print("mail " + json.dumps(envelope.original_content.decode("latin-1")), flush=True)
        return "250 taken"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="sink.example.com"), "127.0.0.1", 0)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
