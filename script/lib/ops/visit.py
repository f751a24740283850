"""Visits a site through one or several addresses: reads, logs in, saves, and sees the new page at once at each of them.

Usage: visit.py USER [--origin URL] [--from IP] ADDRESS… where an address is http://host:port, https://host:port or unix:/path.
The password is in PASSWORD. With --origin, requests name this host, as a browser would with a DNS entry for the address.
With --from, they come from this address, state another one, and the site must record the login with the real one.
Prints one line per check, and exits with 1 at the first failure.
"""

import argparse
import http.client
import os
import re
import socket
import ssl
import sys
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

FORGED = "203.0.113.99"


class Client:
    """A browser with cookies, and no cache."""

    def __init__(self, address, options):
        self.address, self.cookies = urlsplit(address), {}
        self.origin, self.source = options.origin or address, options.source

    def connect(self):
        if self.address.scheme == "unix":
            connection = http.client.HTTPConnection("localhost", timeout=20)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(self.address.path)
            return connection
        source = (self.source, 0) if self.source else None
        connection = http.client.HTTPConnection(self.address.netloc, timeout=20, source_address=source)
        if self.address.scheme == "https":
            # The proxy uses its own certificate, for the host of the origin.
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection.connect()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=urlsplit(self.origin).hostname)
        return connection

    def send(self, method, path, form=None):
        headers = {"Host": urlsplit(self.origin).netloc, "Origin": self.origin}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.source:
            headers |= {"X-Forwarded-For": FORGED, "Forwarded": f"for={FORGED}"}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self.connect()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return response, text

    def open_form(self, path):
        """The hidden fields of a page's form."""
        response, page = self.send("GET", path)
        expect(response.status == 200, f"GET {path}: {response.status}")
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
        return dict(fields)


def expect(condition, otherwise):
    if not condition:
        print(f"FAILED: {otherwise}")
        sys.exit(1)


def passed(text):
    print(f"ok: {text}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("user")
    parser.add_argument("--origin")
    parser.add_argument("--from", dest="source")
    parser.add_argument("addresses", nargs="+")
    options = parser.parse_args()
    clients = [Client(address, options) for address in options.addresses]
    staff = clients[0]

    for client, address in zip(clients, options.addresses):
        # Twice, so that the page is in the cache before the save.
        for _ in range(2):
            response, _ = client.send("GET", "/properties/")
            expect(response.status == 200, f"{address}: the list responds with {response.status}")
        passed(f"{address} shows the list ({response.headers.get('Cache-Status')})")

    form = staff.open_form("/admin/login/")
    form |= {"username": options.user, "password": os.environ["PASSWORD"]}
    response, page = staff.send("POST", "/admin/login/", form)
    expect(response.status == 303, f"the login responds with {response.status}: {page[:2000]}")
    passed("a user logs in")
    if options.source:
        _, page = staff.send("GET", "/admin/logins/")
        expect(FORGED not in page, "the login is recorded with the address that the client stated")
        expect(options.source in page, "the login is not recorded with the client's address")
        passed(f"the login is recorded with the client's address, {options.source}")

    title = f"Trial house {time.time_ns()}"
    form = staff.open_form("/admin/properties/add/")
    form |= {"title": title, "description": "Made by a script.", "price": "250000", "location": "Leith", "_save": "1"}
    response, page = staff.send("POST", "/admin/properties/add/", form)
    expect(response.status == 303, f"the save responds with {response.status}: {page[:2000]}")
    passed("a listing is saved")

    for client, address in zip(clients, options.addresses):
        started = time.monotonic()
        while title not in client.send("GET", "/properties/")[1]:
            # The instance that saved shows the change in its next response; the others hear of it within milliseconds.
            # A proxy may send the next request to another instance.
            expect(client is not staff or options.source, f"{address} shows an old list after the save")
            expect(time.monotonic() - started < 1, f"{address} shows an old list one second after the save")
            time.sleep(0.005)
        passed(f"{address} shows the new listing after {(time.monotonic() - started) * 1000:.0f} ms")


main()
