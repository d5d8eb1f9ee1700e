"""Brings numbered letters until each was taken; another process than the one that is killed, and another language."""
import imaplib
import smtplib
import sys
import time
from email.message import EmailMessage

way, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def letter(n):
    m = EmailMessage()
    m["From"], m["To"] = f"sender {n % 50} <s{n % 50}@fault.example>", f"{way}@desk.example"
    m["Subject"], m["Message-ID"] = f"{way} {n}", f"<{way}-{n}@fault.example>"
    m.set_content("body " + "x" * (n % 3000))
    return m


def by_smtp(n, server):
    if server is None:
        server = smtplib.SMTP("127.0.0.1", port, timeout=10)
    server.send_message(letter(n))
    return server


def by_imap(n, server):
    if server is None:
        server = imaplib.IMAP4("127.0.0.1", port)
        server.login("fault", "secret")
    answer, _ = server.append("INBOX", None, None, letter(n).as_bytes().replace(b"\n", b"\r\n"))
    if answer != "OK":
        raise OSError(answer)
    return server


send = by_smtp if way == "smtp" else by_imap
server, tries = None, 0
for n in range(count):
    while True:
        tries += 1
        try:
            server = send(n, server)
            break
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error):
            server = None
            time.sleep(0.05)
print(tries - count)
