"""A real mail server on loopback for the tests of outgoing letters.

Prints its port, then one JSON line for each letter that it takes: the envelope, the headers and the text, decoded by
Python's own reader. Recipients choose its mood: busy@… is put off once, nobody@… is refused for good, slow@… is
never answered. With a certificate it insists on STARTTLS and on user and password.
"""

import asyncio
import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult

HEADERS = ("message-id", "in-reply-to", "references", "auto-submitted", "reply-to", "date", "content-type",
           "list-unsubscribe")
put_off = set()


def say(line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 no such mailbox"
        if name == "busy" and address not in put_off:
            put_off.add(address)
            return "451 4.3.2 come back later"
        if name == "slow":
            say({"slow": address})
            await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = message_from_bytes(envelope.content, policy=policy.default)
        say(
            {
                "envelope": [envelope.mail_from, envelope.rcpt_tos],
                "from": str(letter["from"]),
                "to": str(letter["to"]),
                "subject": str(letter["subject"]),
                "body": letter.get_body().get_content().replace("\r\n", "\n"),
                "files": [[part.get_filename(), part.get_content_type(), len(part.get_payload(decode=True))]
                          for part in letter.iter_attachments()],
                "raw": envelope.content.decode("latin-1"),
                "tls": session.ssl is not None,
                **{name: str(letter[name]) for name in HEADERS if letter[name]},
            }
        )
        return "250 2.0.0 taken"


def check(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"desk", b"right")
    return AuthResult(success=good, handled=good)


async def main():
    port, certificate = int(sys.argv[1]), sys.argv[2:]
    more = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        more = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": check}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), loop=loop, **more), "127.0.0.1", port)
    say({"port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()


asyncio.run(main())
